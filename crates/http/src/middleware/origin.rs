//! Tells the use cases for whom they work: app, API and transaction id go into every audit record.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use faceward_service::{Origin, Urgency};

use crate::extract::caller::{Acting, Caller};
use crate::transaction::TransactionId;

/// Stands behind the layer that knows the caller, if the API `surface` has one.
pub(crate) async fn remember(
    State(surface): State<&'static str>,
    transaction: TransactionId,
    request: Request,
    next: Next,
) -> Response {
    let app = request.extensions().get::<Caller>().map(|caller| caller.0);
    let operator = request.extensions().get::<Acting>().map(|acting| acting.0.name.clone());
    let urgency = urgency(request.headers());
    let origin = Origin::new(surface, transaction.0, app).with_urgency(urgency);
    let origin = match operator {
        Some(name) => origin.by(name),
        None => origin,
    };
    origin.scope(next.run(request)).await
}

/// What the header `Priority` (RFC 9218) says: an urgency of 6 or 7 is work for which nobody waits. Anything else, and
/// what is malformed, hurries.
fn urgency(headers: &HeaderMap) -> Urgency {
    let values = headers.get_all("priority").iter().filter_map(|value| value.to_str().ok());
    let members = values.flat_map(|value| value.split(',')).map(str::trim);
    // A dictionary: where a key comes twice, the last one counts.
    match members.filter_map(|member| member.strip_prefix("u=")).next_back().map(str::trim) {
        Some("6" | "7") => Urgency::Bulk,
        Some(_) | None => Urgency::Interactive,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_batch_says_so_by_its_priority() {
        let rows: [(&[&'static str], Urgency); 9] = [
            (&[], Urgency::Interactive),
            (&["u=6"], Urgency::Bulk),
            (&["u=7, i"], Urgency::Bulk),
            (&["i,u=7"], Urgency::Bulk),
            (&["u=5"], Urgency::Interactive),
            (&["u=7, u=1"], Urgency::Interactive),
            (&["u=1", "u=7"], Urgency::Bulk),
            (&["u=77"], Urgency::Interactive),
            (&["low"], Urgency::Interactive),
        ];
        for (values, expected) in rows {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("priority", HeaderValue::from_static(value));
            }
            assert_eq!(urgency(&headers), expected, "{values:?}");
        }
    }
}
