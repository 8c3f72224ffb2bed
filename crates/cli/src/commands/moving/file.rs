//! What is in the file: lines of JSON, the first of which says what it is and the last how much there was.

use std::io::{self, BufRead, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use faceward_core::{AppId, Embedding, GalleryId, ModelId, SubjectId, SubjectName, TemplateId};
use faceward_store::{StoredTemplate, TemplateRecord};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The version that this program writes, and the newest that it reads.
const VERSION: u32 = 1;
/// Longest line, in bytes: a template of [`MOST_VALUES`] values, with ids and a name in whatever script.
const LONGEST_LINE: u64 = 1 << 16;
/// Most values of a vector; networks that are known make 512 or 640. Where a database searches each app's vectors are turned by a matrix of
/// this side.
const MOST_VALUES: usize = 2048;

/// A line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Line {
    /// The first line.
    FacewardTemplates(Head),
    Gallery(Gallery),
    Template(Template),
    /// The last line.
    End(End),
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head {
    version: u32,
    made_at: String,
    /// Whose templates follow.
    pub(super) apps: Vec<App>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct App {
    pub(super) id: Uuid,
    pub(super) name: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gallery {
    app: Uuid,
    gallery: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Template {
    app: Uuid,
    gallery: String,
    subject: String,
    name: Option<String>,
    template: String,
    model: String,
    created_at: String,
    expires_at: Option<String>,
    /// Base64 of its values, each an f32 in little endian.
    vector: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    pub(super) galleries: usize,
    pub(super) templates: usize,
}

/// What a file has between its first line and its last.
pub(super) enum Entry {
    Gallery(AppId, GalleryId),
    Template(StoredTemplate),
}

impl Line {
    pub(super) fn head(apps: Vec<App>) -> Self {
        Self::FacewardTemplates(Head { version: VERSION, made_at: Timestamp::now().to_string(), apps })
    }

    pub(super) fn gallery(app: &AppId, gallery: &GalleryId) -> Self {
        Self::Gallery(Gallery { app: app.0, gallery: gallery.to_string() })
    }

    pub(super) fn template(row: &StoredTemplate) -> Self {
        let StoredTemplate { app, record, name, embedding } = row;
        let bytes: Vec<u8> = embedding.vector().iter().flat_map(|value| value.to_le_bytes()).collect();
        let bytes = Zeroizing::new(bytes);
        Self::Template(Template {
            app: app.0,
            gallery: record.gallery.to_string(),
            subject: record.subject.to_string(),
            name: name.as_ref().map(ToString::to_string),
            template: record.template.to_string(),
            model: embedding.model().to_string(),
            created_at: record.created_at.to_string(),
            expires_at: record.expires_at.map(|end| end.to_string()),
            vector: STANDARD.encode(bytes.as_slice()),
        })
    }

    pub(super) fn write(&self, output: &mut impl Write) -> io::Result<()> {
        let mut line = Zeroizing::new(serde_json::to_vec(self)?);
        line.push(b'\n');
        output.write_all(&line)
    }
}

/// Why what was decrypted is not what a file has in it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    #[error("it holds no templates of Faceward")]
    Foreign,
    #[error("it is of version {0}, and this program knows {VERSION}: use a newer one")]
    Newer(u32),
    #[error("it ends too early: it is not whole")]
    Truncated,
    #[error("its line {line} is wrong: {what}")]
    Line { line: usize, what: &'static str },
    #[error("it says that it has {told:?}, and has {found:?}")]
    Counts { told: End, found: End },
    #[error("it is damaged, or was altered")]
    Damaged(#[source] io::Error),
}

/// Reads a file line by line, in as much memory as the longest takes.
pub(super) struct Reader<R> {
    input: R,
    pub(super) head: Head,
    n_lines: usize,
    found: End,
}

impl<R: BufRead> Reader<R> {
    /// Reads the first line.
    pub(super) fn open(mut input: R) -> Result<Self, Unread> {
        let line = line(&mut input, 1)?.ok_or(Unread::Truncated)?;
        let version = serde_json::from_slice::<serde_json::Value>(&line).map_err(|_| Unread::Foreign)?;
        match version["faceward_templates"]["version"].as_u64().and_then(|number| u32::try_from(number).ok())
        {
            Some(VERSION) => {}
            Some(newer) => return Err(Unread::Newer(newer)),
            None => return Err(Unread::Foreign),
        }
        let Ok(Line::FacewardTemplates(head)) = serde_json::from_slice(&line) else {
            return Err(Unread::Foreign);
        };
        Ok(Self { input, head, n_lines: 1, found: End::default() })
    }

    /// The next entry; `None` after the last line, when all of it was there.
    pub(super) fn next(&mut self) -> Result<Option<Entry>, Unread> {
        self.n_lines += 1;
        let number = self.n_lines;
        let wrong = |what| Unread::Line { line: number, what };
        let bytes = line(&mut self.input, number)?.ok_or(Unread::Truncated)?;
        match serde_json::from_slice(&bytes).map_err(|_| wrong("no entry that this version knows"))? {
            Line::FacewardTemplates(_) => Err(wrong("a second beginning")),
            Line::Gallery(Gallery { app, gallery }) => {
                self.found.galleries += 1;
                let gallery = GalleryId::stored(&gallery).map_err(|_| wrong("a gallery id"))?;
                Ok(Some(Entry::Gallery(self.app(app).map_err(wrong)?, gallery)))
            }
            Line::Template(template) => {
                self.found.templates += 1;
                let app = self.app(template.app).map_err(wrong)?;
                Ok(Some(Entry::Template(stored(app, &template).map_err(wrong)?)))
            }
            Line::End(told) if told != self.found => Err(Unread::Counts { told, found: self.found }),
            Line::End(_) => match line(&mut self.input, number + 1)? {
                None => Ok(None),
                Some(_) => Err(wrong("an end with something after it")),
            },
        }
    }

    fn app(&self, id: Uuid) -> Result<AppId, &'static str> {
        let is_known = self.head.apps.iter().any(|app| app.id == id);
        is_known.then_some(AppId(id)).ok_or("an app that the first line does not name")
    }
}

/// The next line without its end; `None`: there is none.
fn line(input: &mut impl BufRead, number: usize) -> Result<Option<Zeroizing<Vec<u8>>>, Unread> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    let read = io::Read::take(&mut *input, LONGEST_LINE).read_until(b'\n', &mut bytes);
    match read {
        Ok(0) => Ok(None),
        Ok(_) if bytes.last() == Some(&b'\n') => {
            bytes.pop();
            Ok(Some(bytes))
        }
        Ok(n_bytes) if n_bytes as u64 == LONGEST_LINE => Err(Unread::Line { line: number, what: "too long" }),
        Ok(_) => Err(Unread::Truncated),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Unread::Truncated),
        Err(error) => Err(Unread::Damaged(error)),
    }
}

fn stored(app: AppId, template: &Template) -> Result<StoredTemplate, &'static str> {
    // Neither the log nor a database has times of before.
    let time = |text: &str| match text.parse::<Timestamp>() {
        Ok(time) if time >= Timestamp::UNIX_EPOCH => Ok(time),
        Ok(_) | Err(_) => Err("a time"),
    };
    let bytes = STANDARD.decode(template.vector.as_bytes()).map(Zeroizing::new).map_err(|_| "a vector")?;
    let (values, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() || values.len() > MOST_VALUES {
        return Err("a vector");
    }
    let values: Vec<f32> = values.iter().map(|value| f32::from_le_bytes(*value)).collect();
    let model = ModelId::new(&template.model);
    let name = template.name.as_deref().map(SubjectName::stored).transpose();
    Ok(StoredTemplate {
        app,
        record: TemplateRecord {
            gallery: GalleryId::stored(&template.gallery).map_err(|_| "a gallery id")?,
            subject: SubjectId::stored(&template.subject).map_err(|_| "a subject id")?,
            template: TemplateId::stored(&template.template).map_err(|_| "a template id")?,
            model: model.clone(),
            created_at: past(time(&template.created_at)?)?,
            expires_at: template.expires_at.as_deref().map(time).transpose()?,
        },
        name: name.map_err(|_| "a name")?,
        embedding: Embedding::restored(model, values).ok_or("a vector")?,
    })
}

/// When something was done: from the future on, an app's `expire_after_days` would not count. Clocks differ by less than a day.
fn past(time: Timestamp) -> Result<Timestamp, &'static str> {
    let day = jiff::SignedDuration::from_hours(24);
    let is_past = Timestamp::now().checked_add(day).is_ok_and(|tomorrow| time <= tomorrow);
    is_past.then_some(time).ok_or("a time of enrolment in the future")
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: Uuid = Uuid::from_u128(1);

    fn row(template: &str) -> StoredTemplate {
        let embedding = Embedding::normalised(ModelId::new("m"), vec![0.6, -0.8, 0.1]).expect("a direction");
        StoredTemplate {
            app: AppId(APP),
            record: TemplateRecord {
                gallery: GalleryId::parse("staff").expect("an id"),
                subject: SubjectId::parse("anna").expect("an id"),
                template: TemplateId::parse(template).expect("an id"),
                model: ModelId::new("m"),
                created_at: "2026-01-02T03:04:05.678901Z".parse().expect("a time"),
                expires_at: Some("2036-01-01T00:00:00.000001Z".parse().expect("a time")),
            },
            name: Some(SubjectName::parse("Anna \"Á\" Berg").expect("a name")),
            embedding,
        }
    }

    fn written() -> String {
        let staff = GalleryId::parse("staff").expect("an id");
        let end = End { galleries: 1, templates: 2 };
        let apps = vec![App { id: APP, name: "shop".to_owned() }];
        let lines = [
            Line::head(apps),
            Line::gallery(&AppId(APP), &staff),
            Line::template(&row("a")),
            Line::template(&row("b")),
            Line::End(end),
        ];
        let mut bytes = Vec::new();
        for line in lines {
            line.write(&mut bytes).expect("written");
        }
        String::from_utf8(bytes).expect("text")
    }

    /// The templates of `text`.
    fn read(text: &str) -> Result<Vec<StoredTemplate>, Unread> {
        let mut reader = Reader::open(text.as_bytes())?;
        let mut rows = Vec::new();
        while let Some(entry) = reader.next()? {
            match entry {
                Entry::Template(row) => rows.push(row),
                Entry::Gallery(app, gallery) => assert_eq!((app.0, gallery.as_str()), (APP, "staff")),
            }
        }
        Ok(rows)
    }

    #[test]
    fn templates_come_back_bit_for_bit() {
        assert_eq!(read(&written()).expect("whole"), [row("a"), row("b")]);
    }

    #[test]
    fn what_is_not_whole_or_not_ours_is_told() {
        let whole = written();
        let lines: Vec<&str> = whole.lines().collect();
        let told = |text: &str| read(text).map(drop).expect_err("refused").to_string();
        for n_bytes in [0, 10, whole.len() / 2, whole.len() - 1] {
            assert_eq!(told(&whole[..n_bytes]), "it ends too early: it is not whole", "{n_bytes} bytes");
        }
        let without_end = format!("{}\n", lines[..4].join("\n"));
        assert_eq!(told(&without_end), "it ends too early: it is not whole");
        assert!(told(&whole.replace(lines[2], "{}")).starts_with("its line 3 is wrong"));
        let one_less = format!("{}\n{}\n{}\n{}\n", lines[0], lines[1], lines[2], lines[4]);
        assert!(told(&one_less).contains("it says that it has"), "{}", told(&one_less));
        assert!(told(&format!("{whole}{}\n", lines[1])).contains("something after it"));
        assert_eq!(told("{\"name\": 1}\n"), "it holds no templates of Faceward");
        assert_eq!(told("photo,subject\n"), "it holds no templates of Faceward");
        assert!(told(&whole.replacen("\"version\":1", "\"version\":2", 1)).contains("of version 2"));
        let elsewhere = whole.replace(&lines[3].replace(&APP.to_string(), &Uuid::nil().to_string()), "");
        assert_eq!(elsewhere, whole, "nothing was replaced");
        let stranger = whole.replace(lines[3], &lines[3].replace(&APP.to_string(), &Uuid::nil().to_string()));
        assert!(told(&stranger).contains("the first line does not name"));
        let long = "x".repeat(1 << 19);
        assert!(told(&whole.replace("staff", &long)).contains("too long"));
        let times = [
            ("2026-01-02T03:04:05.678901Z", "2126-01-02T03:04:05Z"),
            ("2036-01-01T00:00:00.000001Z", "-009000-01-01T00:00:00Z"),
        ];
        for (time, other) in times {
            assert!(told(&whole.replacen(time, other, 1)).contains("a time"), "{other}");
        }
        let many = STANDARD.encode([0_u8; 4 * 2049]);
        let vector =
            lines[2].split("\"vector\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("one");
        assert!(told(&whole.replacen(vector, &many, 1)).contains("a vector"));
        let not_a_unit = lines[2].replace("\"vector\":\"", "\"vector\":\"AAAA");
        assert!(told(&whole.replace(lines[2], &not_a_unit)).contains("a vector"));
    }
}
