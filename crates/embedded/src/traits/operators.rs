//! Operators and their passes, read from the disk: few people, few requests.

use faceward_core::OperatorName;
use faceward_store::{KeyHash, OperatorRecord, Operators, Page, PassRecord, Passes, Pending, StoreError};
use jiff::Timestamp;
use uuid::Uuid;

use crate::embedded::Embedded;

impl Operators for Embedded {
    fn create_operator<'a>(&'a self, operator: &'a OperatorRecord) -> Pending<'a, ()> {
        Box::pin(async move {
            let operator = operator.clone();
            self.off_thread(move |folder| match folder.database.lock().create_operator(&operator)? {
                true => Ok(()),
                false => Err(StoreError::OperatorExists),
            })
            .await
        })
    }

    fn operator<'a>(&'a self, name: &'a OperatorName) -> Pending<'a, OperatorRecord> {
        Box::pin(async move {
            let name = name.clone();
            self.off_thread(move |folder| {
                folder.database.lock().operator(&name)?.ok_or(StoreError::OperatorUnknown)
            })
            .await
        })
    }

    fn list_operators<'a>(&'a self, page: Page<'a, OperatorName>) -> Pending<'a, Vec<OperatorRecord>> {
        Box::pin(async move {
            let (after, limit) = (page.after.cloned(), page.limit());
            self.off_thread(move |folder| Ok(folder.database.lock().operators(after.as_ref(), limit)?)).await
        })
    }

    fn change_operator<'a>(&'a self, operator: &'a OperatorRecord, passes: Passes) -> Pending<'a, ()> {
        Box::pin(async move {
            let operator = operator.clone();
            self.off_thread(move |folder| {
                let database = folder.database.lock();
                let changed = database.change_operator(&operator, passes)?;
                database.wipe_left();
                if changed { Ok(()) } else { Err(StoreError::OperatorUnknown) }
            })
            .await
        })
    }

    fn add_pass<'a>(&'a self, pass: &'a PassRecord) -> Pending<'a, ()> {
        Box::pin(async move {
            let pass = pass.clone();
            self.off_thread(move |folder| {
                let database = folder.database.lock();
                if database.operator(&pass.operator)?.is_none() {
                    return Err(StoreError::OperatorUnknown);
                }
                Ok(database.add_pass(&pass)?)
            })
            .await
        })
    }

    fn pass<'a>(&'a self, hash: &'a KeyHash) -> Pending<'a, Option<(PassRecord, OperatorRecord)>> {
        Box::pin(async move {
            let hash = *hash;
            self.off_thread(move |folder| Ok(folder.database.lock().pass(&hash)?)).await
        })
    }

    fn list_passes<'a>(
        &'a self,
        operator: &'a OperatorName,
        page: Page<'a, Uuid>,
    ) -> Pending<'a, Vec<PassRecord>> {
        Box::pin(async move {
            let (operator, after, limit) = (operator.clone(), page.after.copied(), page.limit());
            self.off_thread(move |folder| {
                Ok(folder.database.lock().passes(&operator, after.as_ref(), limit)?)
            })
            .await
        })
    }

    fn extend_pass<'a>(&'a self, pass: &'a Uuid, ends_at: Timestamp) -> Pending<'a, ()> {
        Box::pin(async move {
            let pass = *pass;
            self.off_thread(move |folder| Ok(folder.database.lock().extend_pass(&pass, ends_at)?)).await
        })
    }

    fn end_pass<'a>(&'a self, operator: &'a OperatorName, pass: &'a Uuid) -> Pending<'a, bool> {
        Box::pin(async move {
            let (operator, pass) = (operator.clone(), *pass);
            self.off_thread(move |folder| Ok(folder.database.lock().end_pass(&operator, &pass)?)).await
        })
    }
}
