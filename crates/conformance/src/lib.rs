//! What every store has to pass, and a store in memory that tests of other crates use. Only tests depend on this crate.
//!
//! A back-end implements [`Fixture`] and says `faceward_conformance::suite!(ItsFixture);` in a test file: each check becomes
//! a test. Checks panic with what they saw.

mod fixture;
mod memory;
pub mod samples;
pub mod suite;

pub use fixture::Fixture;
pub use memory::Memory;

/// A test for each check of the suite, over the given [`Fixture`].
#[macro_export]
macro_rules! suite {
    ($fixture:ty) => {
        $crate::suite!($fixture, 24);
    };
    // With so many histories of random changes, each in a fresh place.
    ($fixture:ty, $n_histories:expr) => {
        $crate::suite!(@each $fixture;
            apps { an_app_comes_with_its_first_key, an_unknown_app_is_an_error_everywhere, old_keys_end_and_never_later,
                settings_are_replaced_by_one_of_two, settings_are_kept, apps_are_renamed_and_switched_off, apps_come_in_pages, two_apps_share_nothing, versions_rise_with_every_change }
            tokens { signing_keys_rotate, of_two_first_signing_keys_one_wins, a_revoked_token_stays_revoked }
            galleries { galleries_are_created_once_and_deleted_with_all_in_them, all_galleries_are_deleted_at_once,
                galleries_come_in_pages }
            deletions { a_deletion_tells_what_was_there, what_is_replaced_is_told_as_well,
                an_app_goes_with_a_record_of_its_templates }
            templates { a_template_is_read_back_as_it_was_given, a_taken_id_is_refused_or_replaced,
                a_deleted_template_is_gone, a_template_is_deleted_as_it_was_listed, a_subject_is_deleted_in_its_gallery_alone, lists_come_in_pages,
                a_name_is_kept_until_the_last_template_goes, a_model_makes_vectors_of_one_length,
                everything_is_exported_once,
                templates_are_given_as_they_were_enrolled, one_process_at_a_time_purges }
            expiry { what_is_over_is_compared_with_nothing, what_is_over_keeps_nobody_out, the_time_of_an_app_counts_as_well,
                times_are_kept_to_the_microsecond }
            search { the_best_template_stands_for_its_subject, only_named_galleries_and_one_model_are_searched,
                a_search_is_what_comparing_one_by_one_gives, equals_come_in_the_order_of_their_ids }
            paging { rows_that_stay_come_once_while_others_go }
            challenges { a_challenge_is_taken_once_by_its_app_and_in_time, of_many_takers_one_wins,
                an_app_has_so_many_open_and_leaves_others_their_room, frames_are_known_again_by_the_same_app }
            sessions { a_session_is_found_by_its_app_its_link_and_its_browser, of_many_who_change_a_session_one_wins,
                faces_go_when_a_session_ends, an_event_is_recorded_with_its_change, sessions_run_out_and_are_forgotten,
                overdue_sessions_come_page_by_page, an_app_has_so_many_sessions_under_way }
            operators { operators_are_created_once_and_changed, a_pass_is_found_by_its_hash, passes_end }
            webhooks { an_app_has_one_endpoint, secrets_overlap_and_end, an_event_is_claimed_by_one_at_a_time,
                of_many_who_claim_each_event_goes_to_one, events_of_a_session_are_told_in_order,
                events_are_listed_with_their_attempts, an_event_is_told_again, who_is_switched_off_is_not_called,
                a_claim_is_shared_among_apps, old_events_leave, with_an_app_goes_all_that_it_was_to_be_told }
            data_keys { a_data_key_is_replaced_while_everything_goes_on, of_two_new_data_keys_the_newest_stays,
                an_app_that_is_gone_has_no_data_key }
            audit { records_come_back_in_their_order, records_are_filtered, the_newest_come_first, a_purge_goes_step_by_step }
        );

        #[test]
        fn it_behaves_like_a_map() {
            $crate::suite::model::it_behaves_like_a_map::<$fixture>($n_histories);
        }
    };
    (@each $fixture:ty; $($module:ident { $($check:ident),* })*) => {
        $($(
            #[tokio::test]
            async fn $check() {
                $crate::suite::$module::$check(&<$fixture as $crate::Fixture>::fresh().await).await;
            }
        )*)*
    };
}
