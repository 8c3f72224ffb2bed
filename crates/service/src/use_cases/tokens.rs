//! Who asks: apps by their key or by an access token; tokens issued and revoked.

use faceward_core::AppId;

use crate::error::ServiceError;
use crate::service::Service;
use crate::tokens::AccessToken;

impl Service {
    /// The app `app_id`, if `app_key` is one of its unexpired keys.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`], whatever is wrong with them, after the same work; the store fails.
    pub async fn authenticate(&self, app_id: &str, app_key: &str) -> Result<AppId, ServiceError> {
        self.apps().authenticate(app_id, app_key).await
    }

    /// The app that an access token was issued to.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`], whatever is wrong with it; the store fails.
    pub async fn authenticate_token(&self, token: &str) -> Result<AppId, ServiceError> {
        self.tokens().authenticate(token).await
    }

    /// A new access token for the app `app_id`, if `app_key` is one of its unexpired keys.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`]; the store or the system's randomness fails.
    pub async fn issue_token(&self, app_id: &str, app_key: &str) -> Result<AccessToken, ServiceError> {
        // Strangers leave no records: they would fill the log.
        let app = self.authenticate(app_id, app_key).await?;
        let trail = self.trail("issue_token", Some(&app));
        let issued = self.tokens().issue(app, app_key).await;
        trail.end_before_handing_out(issued).await
    }

    /// Accepts an access token no longer, for good. `app_id` and `app_key` are those of the app that it was issued to. A token
    /// that has ended or was revoked before is no error.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`]: wrong credentials, or no token of ours; [`ServiceError::ForeignToken`]: another
    /// app's; the store fails.
    pub async fn revoke_token(&self, app_id: &str, app_key: &str, token: &str) -> Result<(), ServiceError> {
        let app = self.authenticate(app_id, app_key).await?;
        let trail = self.trail("revoke_token", Some(&app));
        let revocable = match self.tokens().revocable(app, token).await {
            Ok(revocable) => revocable,
            Err(error) => return trail.end(Err(error)).await,
        };
        let service = self.clone();
        self.change(trail, async move { service.tokens().revoke(revocable).await }).await
    }
}
