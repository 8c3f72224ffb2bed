//! Operators and their passes, in the database.

use faceward_core::OperatorName;
use faceward_store::{KeyHash, OperatorRecord, Operators, Page, PassRecord, Passes, Pending, StoreError};
use jiff::Timestamp;
use uuid::Uuid;

use crate::Postgres;
use crate::sql::operators;

impl Operators for Postgres {
    fn create_operator<'a>(&'a self, operator: &'a OperatorRecord) -> Pending<'a, ()> {
        let operator = operator.clone();
        self.ask(move |asked| async move { operators::create(&asked.client().await?, &operator).await })
    }

    fn operator<'a>(&'a self, name: &'a OperatorName) -> Pending<'a, OperatorRecord> {
        let name = name.clone();
        self.ask(move |asked| async move {
            operators::one(&asked.client().await?, &name).await?.ok_or(StoreError::OperatorUnknown)
        })
    }

    fn list_operators<'a>(&'a self, page: Page<'a, OperatorName>) -> Pending<'a, Vec<OperatorRecord>> {
        let (after, limit) = (page.after.cloned(), page.limit());
        self.ask(move |asked| async move {
            Ok(operators::page(&asked.client().await?, after.as_ref(), limit).await?)
        })
    }

    fn change_operator<'a>(&'a self, operator: &'a OperatorRecord, passes: Passes) -> Pending<'a, ()> {
        let operator = operator.clone();
        self.ask(move |asked| async move {
            operators::change(&mut asked.client().await?, &operator, passes).await
        })
    }

    fn add_pass<'a>(&'a self, pass: &'a PassRecord) -> Pending<'a, ()> {
        let pass = pass.clone();
        self.ask(move |asked| async move { operators::add_pass(&mut asked.client().await?, &pass).await })
    }

    fn pass<'a>(&'a self, hash: &'a KeyHash) -> Pending<'a, Option<(PassRecord, OperatorRecord)>> {
        let hash = *hash;
        self.ask(move |asked| async move { Ok(operators::pass(&asked.client().await?, &hash).await?) })
    }

    fn list_passes<'a>(
        &'a self,
        operator: &'a OperatorName,
        page: Page<'a, Uuid>,
    ) -> Pending<'a, Vec<PassRecord>> {
        let (operator, after, limit) = (operator.clone(), page.after.copied(), page.limit());
        self.ask(move |asked| async move {
            Ok(operators::passes(&asked.client().await?, &operator, after, limit).await?)
        })
    }

    fn extend_pass<'a>(&'a self, pass: &'a Uuid, ends_at: Timestamp) -> Pending<'a, ()> {
        let pass = *pass;
        self.ask(move |asked| async move {
            Ok(operators::extend_pass(&asked.client().await?, pass, ends_at).await?)
        })
    }

    fn end_pass<'a>(&'a self, operator: &'a OperatorName, pass: &'a Uuid) -> Pending<'a, bool> {
        let (operator, pass) = (operator.clone(), *pass);
        self.ask(move |asked| async move {
            Ok(operators::end_pass(&asked.client().await?, &operator, pass).await?)
        })
    }
}
