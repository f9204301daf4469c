//! Every query on both databases, with the same words.
