//! The store in memory passes the suite.

faceward_conformance::suite!(faceward_conformance::Memory);
