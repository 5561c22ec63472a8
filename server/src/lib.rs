//! The bundled versioned server.
