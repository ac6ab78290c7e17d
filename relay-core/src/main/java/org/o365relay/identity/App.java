package org.o365relay.identity;

/// An app registration in Microsoft Entra.
///
/// @param authority base URL of the sign-in service, such as `https://login.microsoftonline.com`
/// @param tenant ID of the tenant, or one of its domains
/// @param clientId application (client) ID
public record App(String authority, String tenant, String clientId) {}
