//! The forms of the OOTO API as the OpenAPI document shows them. Never built: `extract` reads forms.

use utoipa::ToSchema;

/// One photo.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a request body")]
#[schema(as = OotoPhotoForm)]
pub(crate) struct PhotoForm {
    /// JPEG or PNG with one face. Its bytes decide what it is, not its declared type.
    #[schema(value_type = String, format = Binary)]
    photo: Vec<u8>,
}

/// Two photos.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a request body")]
#[schema(as = OotoPhotoPairForm)]
pub(crate) struct PhotoPairForm {
    /// JPEG or PNG with one face. `first_selfie` is accepted as well.
    #[schema(value_type = String, format = Binary)]
    first_photo: Vec<u8>,
    /// JPEG or PNG with one face. `second_selfie` is accepted as well.
    #[schema(value_type = String, format = Binary)]
    second_photo: Vec<u8>,
}

/// A photo and the id that its template will have.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a request body")]
#[schema(as = OotoEnrollForm)]
pub(crate) struct EnrollForm {
    /// JPEG or PNG with one face.
    #[schema(value_type = String, format = Binary)]
    photo: Vec<u8>,
    /// 1 to 120 printable characters; a random UUID if absent.
    #[schema(rename = "templateId")]
    template_id: Option<String>,
}
