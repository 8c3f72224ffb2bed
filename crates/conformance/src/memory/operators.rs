//! Operators and their passes.

use faceward_core::OperatorName;
use faceward_store::{KeyHash, OperatorRecord, Operators, Page, PassRecord, Passes, Pending, StoreError};
use jiff::Timestamp;
use uuid::Uuid;

use super::Memory;

impl Operators for Memory {
    fn create_operator<'a>(&'a self, operator: &'a OperatorRecord) -> Pending<'a, ()> {
        Box::pin(async move {
            let mut state = self.state()?;
            if state.operators.contains_key(&operator.name) {
                return Err(StoreError::OperatorExists);
            }
            state.operators.insert(operator.name.clone(), operator.clone());
            Ok(())
        })
    }

    fn operator<'a>(&'a self, name: &'a OperatorName) -> Pending<'a, OperatorRecord> {
        Box::pin(async move { self.state()?.operators.get(name).cloned().ok_or(StoreError::OperatorUnknown) })
    }

    fn list_operators<'a>(&'a self, page: Page<'a, OperatorName>) -> Pending<'a, Vec<OperatorRecord>> {
        Box::pin(async move {
            let state = self.state()?;
            let later = state.operators.values();
            let later = later.filter(|operator| page.after.is_none_or(|after| operator.name > *after));
            Ok(later.take(page.limit()).cloned().collect())
        })
    }

    fn change_operator<'a>(&'a self, operator: &'a OperatorRecord, passes: Passes) -> Pending<'a, ()> {
        Box::pin(async move {
            let mut state = self.state()?;
            let known = state.operators.get_mut(&operator.name).ok_or(StoreError::OperatorUnknown)?;
            *known = OperatorRecord { created_at: known.created_at, ..operator.clone() };
            match passes {
                Passes::Keep => {}
                Passes::End => state.passes.retain(|_, pass| pass.operator != operator.name),
            }
            Ok(())
        })
    }

    fn add_pass<'a>(&'a self, pass: &'a PassRecord) -> Pending<'a, ()> {
        Box::pin(async move {
            let mut state = self.state()?;
            if !state.operators.contains_key(&pass.operator) {
                return Err(StoreError::OperatorUnknown);
            }
            state.passes.retain(|_, other| other.ends_at > pass.created_at);
            state.passes.insert(pass.id, pass.clone());
            Ok(())
        })
    }

    fn pass<'a>(&'a self, hash: &'a KeyHash) -> Pending<'a, Option<(PassRecord, OperatorRecord)>> {
        Box::pin(async move {
            let state = self.state()?;
            let pass = state.passes.values().find(|pass| pass.hash == *hash);
            Ok(pass.and_then(|pass| Some((pass.clone(), state.operators.get(&pass.operator)?.clone()))))
        })
    }

    fn list_passes<'a>(
        &'a self,
        operator: &'a OperatorName,
        page: Page<'a, Uuid>,
    ) -> Pending<'a, Vec<PassRecord>> {
        Box::pin(async move {
            let state = self.state()?;
            let theirs = state.passes.values().filter(|pass| pass.operator == *operator);
            let later = theirs.filter(|pass| page.after.is_none_or(|after| pass.id > *after));
            Ok(later.take(page.limit()).cloned().collect())
        })
    }

    fn extend_pass<'a>(&'a self, pass: &'a Uuid, ends_at: Timestamp) -> Pending<'a, ()> {
        Box::pin(async move {
            if let Some(pass) = self.state()?.passes.get_mut(pass) {
                pass.ends_at = ends_at;
            }
            Ok(())
        })
    }

    fn end_pass<'a>(&'a self, operator: &'a OperatorName, pass: &'a Uuid) -> Pending<'a, bool> {
        Box::pin(async move {
            let mut state = self.state()?;
            let theirs = state.passes.get(pass).is_some_and(|pass| pass.operator == *operator);
            Ok(theirs && state.passes.remove(pass).is_some())
        })
    }
}
