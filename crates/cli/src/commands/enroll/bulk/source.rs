//! Which photos, and what they become.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::commands::enroll::lifetime;
use crate::commands::enroll::target::Order;
use crate::exit::{Exit, Failure};
use crate::terminal;

/// Ends of the names of photos.
const ENDS: [&str; 3] = ["jpg", "jpeg", "png"];

/// What holds for those that say nothing else.
#[derive(Clone, Debug, Default)]
pub(super) struct Others {
    pub(super) gallery: String,
    pub(super) expires_in: Option<NonZeroU32>,
    pub(super) replace: bool,
}

/// Every photo of the folder or list at `path`, in the order of their names or of the list.
pub(super) fn orders(path: &Path, others: &Others) -> Result<Vec<Order>, Failure> {
    let mut orders = if path.is_dir() { of_folder(path)? } else { of_list(path)? };
    for order in &mut orders {
        order.replace = others.replace;
        order.expires_in = order.expires_in.or(others.expires_in);
        if order.gallery.is_empty() {
            order.gallery.clone_from(&others.gallery);
        }
    }
    refuse_twins(&orders)?;
    Ok(orders)
}

/// Two photos for one template: the second would be taken for a repetition of the first.
fn refuse_twins(orders: &[Order]) -> Result<(), Failure> {
    let mut seen: HashMap<&str, &Path> = HashMap::new();
    for order in orders {
        let Some(template) = order.template.as_deref() else { continue };
        if let Some(first) = seen.insert(template, &order.photo) {
            let (first, second) = (first.display(), order.photo.display());
            return Err(Failure::usage(format_args!(
                "{first} and {second} would both be the template {template}"
            )));
        }
    }
    Ok(())
}

fn of_folder(dir: &Path) -> Result<Vec<Order>, Failure> {
    let (mut photos, mut n_others) = (Vec::new(), 0_usize);
    collect(dir, &mut photos, &mut n_others).map_err(|error| Failure::new(Exit::Usage, error))?;
    if n_others > 0 {
        terminal::note(&format!(
            "{n_others} files are no photos by their names (.jpg, .jpeg, .png) and are left out"
        ));
    }
    photos.sort();
    photos.iter().map(|photo| of_file(photo, dir)).collect()
}

/// Links to folders are not followed: they may lead round in circles.
fn collect(dir: &Path, photos: &mut Vec<PathBuf>, n_others: &mut usize) -> std::io::Result<()> {
    for entry in fs_err::read_dir(dir)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            collect(&path, photos, n_others)?;
        } else if path.extension().is_some_and(|end| ENDS.iter().any(|known| end.eq_ignore_ascii_case(known)))
        {
            photos.push(path);
        } else {
            *n_others += 1;
        }
    }
    Ok(())
}

/// `anna/1.jpg` is the template `anna/1` of `anna`.
fn of_file(photo: &Path, dir: &Path) -> Result<Order, Failure> {
    let below = photo.strip_prefix(dir).unwrap_or(photo);
    let template = template_of(below)?;
    let subject = template.split_once('/').map(|(subject, _)| subject.to_owned());
    Ok(Order {
        photo: photo.to_owned(),
        template: Some(template),
        subject,
        gallery: String::new(),
        name: None,
        expires_in: None,
        replace: false,
    })
}

/// The path of a photo without the end of its name.
fn template_of(photo: &Path) -> Result<String, Failure> {
    let without = photo.with_extension("");
    let text = without.to_str();
    text.map(str::to_owned).ok_or_else(|| Failure::usage(format_args!("{} is not UTF-8", photo.display())))
}

/// A row of a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    photo: String,
    template: Option<String>,
    subject: Option<String>,
    gallery: Option<String>,
    name: Option<String>,
    expires_in: Option<String>,
}

fn of_list(list: &Path) -> Result<Vec<Order>, Failure> {
    let wrong = |error: csv::Error| Failure::usage(format_args!("{}: {error}", list.display()));
    let file = fs_err::File::open(list).map_err(|error| Failure::new(Exit::Usage, error))?;
    let folder = list.parent().unwrap_or(Path::new(""));
    let rows = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file).into_deserialize();
    rows.map(|row| {
        let Row { photo, template, subject, gallery, name, expires_in } = row.map_err(wrong)?;
        let expires_in = expires_in.as_deref().map(lifetime::parsed).transpose();
        let expires_in = expires_in.map_err(|error| Failure::usage(format_args!("{photo}: {error}")))?;
        let template = match template {
            Some(template) => template,
            None => template_of(Path::new(&photo))?,
        };
        let photo = folder.join(photo);
        let gallery = gallery.unwrap_or_default();
        Ok(Order { photo, template: Some(template), subject, gallery, name, expires_in, replace: false })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn staff(replace: bool) -> Others {
        Others { gallery: "staff".to_owned(), expires_in: NonZeroU32::new(60), replace }
    }

    fn rows(orders: &[Order]) -> Vec<(String, String, String)> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        orders.iter().map(|o| (text(&o.template), text(&o.subject), o.gallery.clone())).collect()
    }

    fn row(template: &str, subject: &str, gallery: &str) -> (String, String, String) {
        (template.to_owned(), subject.to_owned(), gallery.to_owned())
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        for (file, text) in files {
            let path = dir.path().join(file);
            fs_err::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs_err::write(path, text).expect("written");
        }
        dir
    }

    #[test]
    fn a_folder_names_subjects_and_templates() {
        let dir = folder(&[("anna/2.jpg", ""), ("anna/old/1.PNG", ""), ("bert.jpeg", ""), ("read.me", "")]);
        let orders = orders(dir.path(), &staff(true)).expect("orders");
        let expected = [("anna/2", "anna"), ("anna/old/1", "anna"), ("bert", "")];
        assert_eq!(rows(&orders), expected.map(|(template, subject)| row(template, subject, "staff")));
        assert!(orders.iter().all(|order| order.replace && order.photo.exists()));
        let twins = folder(&[("bert.jpg", ""), ("bert.png", "")]);
        assert!(super::orders(twins.path(), &staff(false)).is_err());
    }

    #[test]
    fn a_list_says_what_it_wants_and_the_rest_is_as_in_a_folder() {
        let list = "photo,subject,template,gallery,name,expires_in\nfaces/1.jpg,anna,a-1,vip,Anna Á.,P2D\nfaces/2.jpg,,,,,\n";
        let dir = folder(&[("people.csv", list)]);
        let orders = orders(&dir.path().join("people.csv"), &staff(false)).expect("orders");
        assert_eq!(rows(&orders), [row("a-1", "anna", "vip"), row("faces/2", "", "staff")]);
        assert_eq!(orders[0].photo, dir.path().join("faces/1.jpg"));
        assert_eq!((orders[0].name.as_deref(), orders[1].name.as_deref()), (Some("Anna Á."), None));
        assert_eq!([0, 1].map(|at: usize| orders[at].expires_in.map_or(0, NonZeroU32::get)), [172_800, 60]);
        for wrong in [
            "subject\nanna\n",
            "photo,color\n1.jpg,red\n",
            "photo\n1.jpg,2\n",
            "photo,expires_in\n1.jpg,soon\n",
        ] {
            let dir = folder(&[("people.csv", wrong)]);
            assert!(super::orders(&dir.path().join("people.csv"), &staff(false)).is_err(), "{wrong}");
        }
    }
}
