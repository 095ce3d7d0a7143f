//! OpenID Connect as the dialect speaks it: metadata, the join page's authorize request, ID token claims, errors.

mod authorize;
mod claims;
mod device_code;
mod error;
mod metadata;
mod token;

pub use authorize::{AuthorizeRequest, ResponseMode, ResponseType};
pub use claims::IdTokenClaims;
pub use device_code::DeviceCodeResponse;
pub use error::OAuthError;
pub use metadata::ProviderMetadata;
pub use token::{Seconds, TokenResponse};
