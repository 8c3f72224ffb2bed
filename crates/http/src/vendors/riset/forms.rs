//! The bodies of the Riset.ai API as the OpenAPI document shows them. Never built: `call` reads them.

use utoipa::ToSchema;

macro_rules! forms {
    ($($(#[$doc:meta])* $name:ident as $schema:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)+ })+) => {
        $(
            $(#[$doc])*
            #[derive(ToSchema)]
            #[expect(dead_code, reason = "documents a request body")]
            #[schema(as = $schema)]
            pub(crate) struct $name { $($(#[$field_doc])* $field: $kind,)+ }
        )+
    };
}

forms! {
    /// A gallery.
    Gallery as RisetGalleryForm {
        /// 1 to 120 printable characters.
        facegallery_id: String,
        /// How the client refers to this call; kept in the log.
        trx_id: Option<String>,
    }
    /// A subject.
    Subject as RisetSubjectForm {
        /// The subject.
        user_id: String,
        /// Its gallery.
        facegallery_id: String,
        /// How the client refers to this call; kept in the log.
        trx_id: Option<String>,
    }
    /// A photo of a subject to be enrolled.
    Enroll as RisetEnrollForm {
        /// The subject, 1 to 120 printable characters.
        user_id: String,
        /// What people call it.
        user_name: String,
        /// A gallery that exists, or `default`.
        facegallery_id: String,
        /// Take a face under 125 pixels as well.
        force_register: Option<bool>,
        /// JPEG or PNG as base64, with or without a data-URI prefix.
        image: String,
        /// How the client refers to this call; kept in the log.
        trx_id: Option<String>,
    }
    /// A photo and a subject.
    Verify as RisetVerifyForm {
        /// The subject.
        user_id: String,
        /// Its gallery.
        facegallery_id: String,
        /// JPEG or PNG as base64.
        image: String,
        /// How the client refers to this call; kept in the log.
        trx_id: Option<String>,
    }
    /// A photo and a gallery.
    Identify as RisetIdentifyForm {
        /// The gallery.
        facegallery_id: String,
        /// JPEG or PNG as base64.
        image: String,
        /// How the client refers to this call; kept in the log.
        trx_id: Option<String>,
    }
    /// Two photos.
    Compare as RisetCompareForm {
        /// JPEG or PNG as base64.
        source_image: String,
        /// JPEG or PNG as base64.
        target_image: String,
        /// How the client refers to this call; kept in the log.
        trx_id: Option<String>,
    }
    /// Images, and what each has to show.
    ListLiveness as RisetListLivenessForm {
        /// Who is expected on them; with `facegallery_id`.
        user_id: Option<String>,
        /// The subject's gallery; with `user_id`.
        facegallery_id: Option<String>,
        /// Look for presentation attacks; default true.
        spoof_detection: Option<bool>,
        /// How many images must succeed; default all.
        success_threshold: Option<usize>,
        /// `left`, `right`, `up`, `down`, `front`, `eyes open`, `eyes closed`, `mouth open`, `mouth closed`; one for each image.
        face_parameters: Vec<String>,
        /// 1 to 16 JPEG or PNG as base64.
        images: Vec<String>,
        /// The images are mirror images; default: as set for the app. Ours.
        mirrored: Option<bool>,
        /// How the client refers to this call; kept in the log.
        trx_id: Option<String>,
    }
    /// One image, and what it has to show.
    SingleLiveness as RisetSingleLivenessForm {
        /// Who is expected on it; with `facegallery_id`.
        user_id: Option<String>,
        /// The subject's gallery; with `user_id`.
        facegallery_id: Option<String>,
        /// JPEG or PNG as base64.
        image: String,
        /// At least one thing.
        face_parameters: SingleParameters,
        /// The image is a mirror image; default: as set for the app. Ours.
        mirrored: Option<bool>,
        /// How the client refers to this call; kept in the log.
        trx_id: Option<String>,
    }
    /// What one image has to show.
    SingleParameters as RisetSingleParameters {
        /// Look for presentation attacks; default true.
        spoof_detection: Option<bool>,
        /// `face left`, `face right`, `face up`, `face down`, `face front`; with or without `face`.
        angle: Option<String>,
        /// `open`, `closed`.
        eyes: Option<String>,
        /// `open`, `closed`.
        mouth: Option<String>,
    }
    /// Images, each with parameters of its own.
    BatchLiveness as RisetBatchLivenessForm {
        /// Who is expected on them; with `facegallery_id`.
        user_id: Option<String>,
        /// The subject's gallery; with `user_id`.
        facegallery_id: Option<String>,
        /// How many images must succeed; default all.
        success_threshold: Option<usize>,
        /// 1 to 8 images.
        batch: Vec<BatchEntry>,
        /// The images are mirror images; default: as set for the app. Ours.
        mirrored: Option<bool>,
        /// How the client refers to this call; kept in the log.
        trx_id: Option<String>,
    }
    /// One image of a batch.
    BatchEntry as RisetBatchEntry {
        /// JPEG or PNG as base64.
        image: String,
        /// As in the list shape, with or without `face`.
        face_parameter: String,
        /// Look for presentation attacks; default true.
        spoof_detection: Option<bool>,
        /// Compare with the subject; default true.
        face_verification: Option<bool>,
    }
}
