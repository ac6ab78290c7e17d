package org.o365relay.identity;

/// An app registration in Microsoft Entra.
///
/// @param authority the sign-in service: `https://login.microsoftonline.com`
/// @param tenant the directory: its id or one of its domains
/// @param clientId the application's id
public record App(String authority, String tenant, String clientId) {}
