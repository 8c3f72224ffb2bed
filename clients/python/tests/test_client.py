"""The client against a running server: `clients/python/build` starts one."""

import os
import unittest
import uuid
from pathlib import Path

from faceward_client import (
    AlreadyExists,
    Faceward,
    InvalidRequest,
    NotFound,
    PhotoRefused,
    Unauthenticated,
    Unreachable,
)

PHOTOS = Path(os.environ["PHOTOS"])
URL, APP_ID, APP_KEY = (os.environ[name] for name in ("SERVER_URL", "APP_ID", "APP_KEY"))
ANNA, ANNA_AGAIN, OTHER = PHOTOS / "obama.jpg", PHOTOS / "obama2.jpg", PHOTOS / "biden.jpg"


class Questions(unittest.TestCase):
    def setUp(self):
        self.server = Faceward(URL, APP_ID, APP_KEY)
        self.addCleanup(self.server.close)

    def test_two_photos_of_one_person_are_the_same_and_of_two_are_not(self):
        self.assertTrue(self.server.verify(ANNA, ANNA_AGAIN).same)
        self.assertFalse(self.server.verify(ANNA, OTHER).same)

    def test_a_photo_is_a_path_as_text_or_bytes(self):
        self.assertTrue(self.server.verify(str(ANNA), ANNA_AGAIN.read_bytes()).same)
        with self.assertRaises(FileNotFoundError):
            self.server.verify(PHOTOS / "nobody.jpg", ANNA)

    def test_somebody_is_enrolled_found_compared_listed_and_deleted(self):
        self.assertEqual(self.server.enroll(ANNA, "anna/1 ü").enroll.template_id, "anna/1 ü")
        self.assertEqual(self.server.identify(ANNA_AGAIN).search.template_id, "anna/1 ü")
        self.assertIsNone(self.server.identify(OTHER).search.template_id)
        self.assertTrue(self.server.compare(ANNA_AGAIN, "anna/1 ü").same)
        self.assertEqual([template.template_id for template in self.server.templates()], ["anna/1 ü"])
        with self.assertRaises(AlreadyExists):
            self.server.enroll(ANNA, "anna/1 ü")
        self.server.enroll(ANNA_AGAIN, "anna/1 ü", replace=True)
        self.server.delete("anna/1 ü")
        with self.assertRaises(NotFound) as raised:
            self.server.delete("anna/1 ü")
        self.assertEqual(raised.exception.code, "template_not_found")
        self.assertIsNotNone(raised.exception.transaction_id)

    def test_liveness_and_analysis_are_typed(self):
        self.assertIsInstance(self.server.liveness(ANNA).liveness.score, float)
        face = self.server.analyze(ANNA, ["pose"]).faces[0]
        self.assertLess(abs(face.pose.yaw), 15)

    def test_a_photo_that_cannot_be_used_is_refused_in_both_envelopes(self):
        for ask in (lambda photo: self.server.verify(photo, ANNA), self.server.analyze):
            with self.assertRaises(PhotoRefused) as raised:
                ask(b"no photo")
            self.assertIn(raised.exception.code, ("photo_wrong_type", 2))

    def test_a_challenge_of_more_than_two_steps_is_answered(self):
        challenge = self.server.challenge(steps=3)
        self.assertEqual(len(challenge.movements), 3)
        verdict = self.server.answer(challenge, [[ANNA, ANNA_AGAIN], [ANNA, ANNA_AGAIN], [ANNA, ANNA_AGAIN]])
        self.assertFalse(verdict.passed)
        self.assertIn("duplicate_frames", verdict.reasons)
        with self.assertRaises(InvalidRequest) as raised:
            self.server.answer(challenge, [[ANNA, ANNA_AGAIN]] * 3)
        self.assertEqual(raised.exception.code, "challenge_replayed")

    def test_a_verification_link_is_made_looked_at_and_withdrawn(self):
        for reference in (None, ANNA):
            made = self.server.create_session(reference=reference, checks=["liveness"], trx_id="order 7")
            self.assertRegex(made.link, r"/s/[\w-]{43}$")
            self.assertEqual((made.session.state, made.session.reference), ("created", reference is not None))
            self.assertEqual(made.session.trx_id, "order 7")
            self.assertEqual(self.server.session(made.session.session_id).state, "created")
            self.assertEqual(self.server.cancel_session(made.session.session_id).state, "cancelled")
        with self.assertRaises(NotFound):
            self.server.session(uuid.uuid4())
        with self.assertRaises(InvalidRequest):
            self.server.create_session(checks=["livenes"])

    def test_a_photo_cannot_add_parts_to_the_form(self):
        part = b'\r\n--+++\r\nContent-Disposition: form-data; name="templateId"\r\n\r\nstolen\r\n--+++--\r\n'
        self.server.enroll(ANNA.read_bytes() + part, "mine")
        self.addCleanup(self.server.delete, "mine")
        self.assertEqual([template.template_id for template in self.server.templates()], ["mine"])

    def test_a_wrong_key_and_a_wrong_address_are_told_apart(self):
        with Faceward(URL, APP_ID, "wrong") as stranger, self.assertRaises(Unauthenticated):
            stranger.identify(ANNA)
        with Faceward("http://127.0.0.1:9", APP_ID, APP_KEY) as lost, self.assertRaises(Unreachable):
            lost.identify(ANNA)


if __name__ == "__main__":
    unittest.main()
