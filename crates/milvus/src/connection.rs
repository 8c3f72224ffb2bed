//! One question to Milvus: encrypted, with who asks, and answered in time.

use std::time::Duration;

use prost::Message;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic_prost::ProstCodec;

use crate::address::Roots;
use crate::{Address, MilvusError};

/// Largest answer, in bytes: that of a list of keys is far below.
const LARGEST: usize = 64 * 1024 * 1024;

/// Connects when it is first asked, and again whenever it has to.
pub(crate) struct Connection {
    channel: Channel,
    authorization: Option<MetadataValue<Ascii>>,
    pub(crate) database: String,
    patience: Duration,
}

impl Connection {
    /// To be made inside a tokio runtime, which drives it.
    pub(crate) fn new(address: &Address, patience: Duration) -> Result<Self, MilvusError> {
        let endpoint = Endpoint::from_shared(address.endpoint.clone())
            .map_err(|_| MilvusError::Address("its host is none".to_owned()))?
            .connect_timeout(patience)
            .tcp_nodelay(true)
            // A machine that is gone without a word is noticed between two questions.
            .http2_keep_alive_interval(patience)
            .keep_alive_timeout(patience)
            .user_agent(concat!("faceward/", env!("CARGO_PKG_VERSION")))
            .map_err(|error| MilvusError::Address(error.to_string()))?;
        let endpoint = match &address.encryption {
            Some(roots) => endpoint.tls_config(tls(roots)?).map_err(|error| tls_error(&error))?,
            None => endpoint,
        };
        let authorization = address.authorization.as_deref().map(MetadataValue::try_from).transpose();
        let mut authorization =
            authorization.map_err(|_| MilvusError::Address("its password is none".to_owned()))?;
        if let Some(value) = &mut authorization {
            value.set_sensitive(true);
        }
        let database = address.database.clone();
        Ok(Self { channel: endpoint.connect_lazy(), authorization, database, patience })
    }

    /// Asks the method `name` of Milvus's service.
    pub(crate) async fn ask<Q, A>(&self, name: &'static str, question: Q) -> Result<A, MilvusError>
    where
        Q: Message + 'static,
        A: Message + Default + 'static,
    {
        let path = format!("/milvus.proto.milvus.MilvusService/{name}");
        let path =
            PathAndQuery::try_from(path).map_err(|_| MilvusError::Impossible("the name of a method"))?;
        let mut request = tonic::Request::new(question);
        request.set_timeout(self.patience);
        if let Some(authorization) = &self.authorization {
            request.metadata_mut().insert("authorization", authorization.clone());
        }
        let mut grpc = Grpc::new(self.channel.clone()).max_decoding_message_size(LARGEST);
        let asking = async {
            grpc.ready().await.map_err(|error| MilvusError::Unreachable(error.into()))?;
            let codec = ProstCodec::<Q, A>::default();
            Ok(grpc.unary(request, path, codec).await?.into_inner())
        };
        tokio::time::timeout(self.patience, asking).await.unwrap_or(Err(MilvusError::TimedOut))
    }
}

fn tls(roots: &Roots) -> Result<ClientTlsConfig, MilvusError> {
    Ok(match roots {
        Roots::System => ClientTlsConfig::new().with_native_roots(),
        Roots::File(path) => {
            let pem = fs_err::read(path).map_err(|error| tls_error(&error))?;
            ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem))
        }
    })
}

fn tls_error(error: &dyn std::error::Error) -> MilvusError {
    MilvusError::Tls(error.to_string())
}
