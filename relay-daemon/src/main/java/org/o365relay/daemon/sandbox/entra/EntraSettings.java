package org.o365relay.daemon.sandbox.entra;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A directory (tenant).
///
/// @param tenant its id
/// @param domains that name it as well
/// @param accessTokenLifetime of access tokens; Entra's are good for 60 to 90 minutes
/// @param refreshTokenLifetime how long a refresh token may rest unused; 90 days at Entra
/// @param deviceCodeLifetime how long a device code waits for its user; 15 minutes at Entra
/// @param pollInterval between two questions for a device code; 5 s at Entra
/// @param managedIdentity the client id of the app that a managed identity is; null if this is no Azure machine
/// @param autoApproveUser the user who approves every device code at once; null to wait for a human or a test
public record EntraSettings(
        String tenant,
        Set<String> domains,
        List<AppRegistration> apps,
        Duration accessTokenLifetime,
        Duration refreshTokenLifetime,
        Duration deviceCodeLifetime,
        Duration pollInterval,
        @Nullable String managedIdentity,
        @Nullable String autoApproveUser) {

    /// Of the directory of [#of(AppRegistration...)].
    public static final String TENANT = "0c8ad14e-7d25-4a5c-9f39-5b6f0f2f5c0d";

    /// Of the directory of [#of(AppRegistration...)].
    public static final String DOMAIN = "contoso.example";

    public EntraSettings {
        domains = Set.copyOf(domains);
        apps = List.copyOf(apps);
    }

    /// Entra's own times.
    public static EntraSettings of(AppRegistration... apps) {
        return new EntraSettings(
                TENANT,
                Set.of(DOMAIN, "contoso.onmicrosoft.example"),
                List.of(apps),
                Duration.ofSeconds(3_599),
                Duration.ofDays(90),
                Duration.ofMinutes(15),
                Duration.ofSeconds(5),
                null,
                null);
    }

    /// @param id and `names`: what the directory may be called in an address
    public EntraSettings forTenant(String id, String... names) {
        return new EntraSettings(
                id,
                Set.of(names),
                apps,
                accessTokenLifetime,
                refreshTokenLifetime,
                deviceCodeLifetime,
                pollInterval,
                managedIdentity,
                autoApproveUser);
    }

    public EntraSettings with(AppRegistration... newApps) {
        return new EntraSettings(
                tenant,
                domains,
                List.of(newApps),
                accessTokenLifetime,
                refreshTokenLifetime,
                deviceCodeLifetime,
                pollInterval,
                managedIdentity,
                autoApproveUser);
    }

    public EntraSettings withAccessTokenLifetime(Duration lifetime) {
        return new EntraSettings(
                tenant,
                domains,
                apps,
                lifetime,
                refreshTokenLifetime,
                deviceCodeLifetime,
                pollInterval,
                managedIdentity,
                autoApproveUser);
    }

    /// @param interval at least a second goes over the wire
    public EntraSettings withPollInterval(Duration interval) {
        return new EntraSettings(
                tenant,
                domains,
                apps,
                accessTokenLifetime,
                refreshTokenLifetime,
                deviceCodeLifetime,
                interval,
                managedIdentity,
                autoApproveUser);
    }

    public EntraSettings withManagedIdentity(String clientId) {
        return new EntraSettings(
                tenant,
                domains,
                apps,
                accessTokenLifetime,
                refreshTokenLifetime,
                deviceCodeLifetime,
                pollInterval,
                clientId,
                autoApproveUser);
    }

    /// @param user who approves every device code at once
    public EntraSettings withAutoApproveUser(String user) {
        return new EntraSettings(
                tenant,
                domains,
                apps,
                accessTokenLifetime,
                refreshTokenLifetime,
                deviceCodeLifetime,
                pollInterval,
                managedIdentity,
                user);
    }

    Optional<AppRegistration> app(String clientId) {
        return apps.stream()
                .filter(app -> app.clientId().equalsIgnoreCase(clientId))
                .findFirst();
    }

    boolean hasName(String name) {
        return tenant.equalsIgnoreCase(name) || domains.stream().anyMatch(name::equalsIgnoreCase);
    }
}
