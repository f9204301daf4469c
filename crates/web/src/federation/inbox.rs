//! Where letters from other servers arrive. They are put on the pile and worked through later.

use actix_web::{HttpResponse, web::Data};
use kindred_community::{Kindred, letters::Delivery, receive};

use crate::{error::InboxError, extract::SignedLetter};

/// Takes a letter in, at the shared inbox as well as at somebody's own: for whom it is, the letter says itself.
pub async fn receive(
    kindred: Data<Kindred>,
    letter: SignedLetter,
) -> Result<HttpResponse, InboxError> {
    match letter.0 {
        Delivery::Letter(letter) => receive::accept(&kindred, *letter).await?,
        Delivery::Farewell => {}
    }
    Ok(HttpResponse::Accepted().finish())
}
