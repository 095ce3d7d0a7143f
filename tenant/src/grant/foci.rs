//! The family of first-party clients whose refresh tokens serve each other (`foci=1`).

/// Its members. Whoever is not among them gets nothing for another client's token.
const MEMBERS: &[&str] = &[
    // Microsoft Authentication Broker
    "29d9ed98-a469-4536-ade2-f981bc1d605e",
    // AAD Broker Plug-in
    "38aa3b87-a06d-4817-b275-7a316988d93b",
    // Linux broker
    "b743a22d-6705-4147-8670-d92fa515ee2b",
    // Azure CLI
    "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
    // Azure PowerShell
    "1950a258-227b-4e31-a9cf-717495945fc2",
    // Company Portal
    "9ba1a5c7-f17a-4de9-a1f1-6178c8d51223",
    // Edge on Linux
    "d7b530a4-7680-4c23-a8bf-c52c121d2e87",
    // Edge
    "ecd6b820-32c2-49b6-98a6-444530e5a77a",
    // Teams
    "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
];

/// The family's name, as answers say it.
pub(super) const NAME: &str = "1";

/// Whether a client belongs to it.
pub(super) fn is_member(client_id: &str) -> bool {
    MEMBERS.contains(&client_id)
}
