//! The service under the terms of one request: whatever is judged, is judged by these.

use std::ops::Deref;
use std::sync::Arc;

use faceward_core::AppId;

use crate::audit::Origin;
use crate::error::ServiceError;
use crate::policy::Comparator;
use crate::service::Service;
use crate::settings::Settings;
use crate::terms::Terms;

/// The service under the terms of one request.
pub(crate) struct Ruled {
    service: Service,
    terms: Arc<Terms>,
}

impl Service {
    /// Under the terms in force now, of `app` or of the app that asks; where there is none, those of the server.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store fails.
    pub(crate) async fn ruled(&self, app: Option<&AppId>) -> Result<Ruled, ServiceError> {
        let ruled = self.ruled_by_the_server();
        match app.copied().or(Origin::current().app) {
            Some(app) => {
                let terms = ruled.terms.of_app(&self.apps().get(&app).await?.settings);
                Ok(Ruled { terms: Arc::new(terms), ..ruled })
            }
            None => Ok(ruled),
        }
    }

    /// Under the terms of nobody in particular.
    pub(crate) fn ruled_by_the_server(&self) -> Ruled {
        Ruled { service: self.clone(), terms: self.terms_in_force() }
    }
}

impl Ruled {
    pub(crate) fn settings(&self) -> &Settings {
        &self.terms.settings
    }

    pub(crate) fn comparator(&self) -> &Comparator {
        &self.terms.comparator
    }
}

impl Deref for Ruled {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.service
    }
}
