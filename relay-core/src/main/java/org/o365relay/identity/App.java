package org.o365relay.identity;

/// An app registration in Microsoft Entra.
///
/// @param authority the sign-in service: `https://login.microsoftonline.com`
/// @param tenant the tenant: its ID or one of its domains
/// @param clientId application (client) ID
public record App(String authority, String tenant, String clientId) {}
