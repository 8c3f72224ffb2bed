//! From entries of the log to the memory.
//!
//! A step may be newer than its entry, so that between two steps the memory can be a mixture of two moments. Each is then
//! said again by a later entry: after the last one the memory is as the database was when that was read.

use faceward_core::{AppId, GalleryId, SubjectId, TemplateId};
use faceward_index::{AppEntry, Tenant};
use jiff::Timestamp;
use uuid::Uuid;

use crate::memory::Memory;
use crate::sql::sealed::OpenedTemplate;

/// What an entry means for the memory.
pub(super) enum Step {
    /// `None`: a later entry says that it is gone.
    App(AppId, Option<Box<AppEntry>>),
    AppGone(AppId),
    /// When it was created; `None` as for an app.
    Gallery(AppId, GalleryId, Option<Timestamp>),
    GalleryGone(AppId, GalleryId),
    AllGalleriesGone(AppId),
    SubjectGone(AppId, GalleryId, SubjectId),
    /// With the time at which its gallery was created.
    Template(Box<OpenedTemplate>, Timestamp),
    TemplateGone(AppId, TemplateId),
    /// Of galleries, subjects and templates, where none of these are in memory.
    NotKept,
    SigningKeys,
    /// With its own end; `None`: it has ended, and was forgotten.
    Token(Option<(Uuid, Timestamp)>),
}

/// Applies the steps in their order. Blocks while searches run.
pub(super) fn all(memory: &Memory, steps: Vec<Step>) {
    for step in steps {
        apply(memory, step);
    }
}

fn apply(memory: &Memory, step: Step) {
    match step {
        Step::App(app, entry) => put_app(memory, app, entry.map(|entry| *entry)),
        Step::AppGone(app) => {
            let mut members = memory.members.write();
            members.apps.remove(&app);
            members.version.apps = members.version.apps.next();
            drop(members);
            memory.index().remove_app(&app);
            memory.templates_changed();
        }
        Step::Gallery(app, gallery, created_at) => change(memory, &app, |tenant| {
            if let Some(created_at) = created_at {
                tenant.create_gallery(gallery, created_at);
            }
        }),
        Step::GalleryGone(app, gallery) => change(memory, &app, |tenant| {
            tenant.remove_gallery(&gallery);
        }),
        Step::AllGalleriesGone(app) => change(memory, &app, |tenant| {
            tenant.remove_all_galleries();
        }),
        Step::SubjectGone(app, gallery, subject) => change(memory, &app, |tenant| {
            for template in tenant.templates_of(&gallery, &subject).unwrap_or_default() {
                tenant.remove(&template);
            }
        }),
        Step::Template(opened, created_at) => {
            let app = opened.app;
            change(memory, &app, |tenant| put_template(tenant, *opened, created_at));
        }
        Step::TemplateGone(app, template) => change(memory, &app, |tenant| {
            tenant.remove(&template);
        }),
        Step::NotKept => memory.templates_changed(),
        Step::SigningKeys => {
            let version = &mut memory.members.write().version;
            version.signing_keys = version.signing_keys.next();
        }
        Step::Token(revoked) => {
            let mut members = memory.members.write();
            members.revoked.extend(revoked);
            // Those that have ended by themselves are refused anyway.
            let now = Timestamp::now();
            let over = |end: &Timestamp| now.duration_since(*end) > FORGOTTEN_AFTER;
            members.revoked.retain(|_, end| !over(end));
            members.version.revocations = members.version.revocations.next();
        }
    }
}

/// How long after its own end a revoked token is remembered: longer than clocks differ.
const FORGOTTEN_AFTER: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

fn put_app(memory: &Memory, app: AppId, entry: Option<AppEntry>) {
    let mut members = memory.members.write();
    members.version.apps = members.version.apps.next();
    if let Some(entry) = entry {
        members.apps.insert(app, entry);
        drop(members);
        let index = memory.index();
        if index.tenant(&app).is_err() {
            index.put_app(app, memory.new_tenant());
        }
    }
}

/// An app that is not there is gone again by a later entry.
fn change(memory: &Memory, app: &AppId, change: impl FnOnce(&mut Tenant)) {
    if let Ok(tenant) = memory.index().tenant(app) {
        change(&mut tenant.write());
    }
    memory.templates_changed();
}

/// Puts a template where it is now, with its subject's name.
pub(super) fn put_template(tenant: &mut Tenant, opened: OpenedTemplate, gallery_created_at: Timestamp) {
    let OpenedTemplate { app: _, record, vector, name } = opened;
    let (gallery, subject) = (record.gallery.clone(), record.subject.clone());
    tenant.create_gallery(gallery.clone(), gallery_created_at);
    tenant.remove(&record.template);
    if tenant.check_length(&record.model, vector.len()).is_err() {
        // Its model has another length by now: a later entry takes the others out. Until then they are of no use.
        remove_of_model(tenant, &record.model);
    }
    tenant.insert(record, &vector);
    match name {
        Some(name) => tenant.set_name(&gallery, &subject, name),
        None => forget_name(tenant, &gallery, &subject),
    }
}

/// Takes every template of a model out.
fn remove_of_model(tenant: &mut Tenant, model: &faceward_core::ModelId) {
    let mut after: Option<TemplateId> = None;
    loop {
        let page = tenant.list(None, after.as_ref(), faceward_store::LARGEST_PAGE);
        let Some(last) = page.last() else { return };
        after = Some(last.template.clone());
        for record in page.iter().filter(|record| record.model == *model) {
            tenant.remove(&record.template);
        }
    }
}

/// Takes the name of a subject that is there. It goes with the subject's last template, so all of those go and come back.
fn forget_name(tenant: &mut Tenant, gallery: &GalleryId, subject: &SubjectId) {
    if tenant.name(gallery, subject).is_none() {
        return;
    }
    let templates = tenant.templates_of(gallery, subject).unwrap_or_default();
    let held: Vec<_> = templates.iter().map(|id| tenant.template(id).zip(tenant.embedding(id))).collect();
    for template in &templates {
        tenant.remove(template);
    }
    for (record, embedding) in held.into_iter().flatten() {
        tenant.insert(record, embedding.vector());
    }
}
