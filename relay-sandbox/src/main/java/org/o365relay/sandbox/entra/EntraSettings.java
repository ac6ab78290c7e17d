package org.o365relay.sandbox.entra;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The Microsoft Entra settings of the tenant.
///
/// @param tenant tenant ID
/// @param domains domains that also identify the tenant
/// @param pollInterval interval at which clients are told to poll in the device code flow; not enforced; 5 s in
///     Entra
/// @param managedIdentity client ID of the managed identity; null if there is none
/// @param autoApproveUser user for whom every device code is approved immediately; null to leave the decision
///     to the user
public record EntraSettings(
        String tenant,
        Set<String> domains,
        List<AppRegistration> apps,
        Lifetimes lifetimes,
        Duration pollInterval,
        @Nullable String managedIdentity,
        @Nullable String autoApproveUser) {

    /// The tenant ID that [#of(AppRegistration...)] sets.
    public static final String TENANT = "0c8ad14e-7d25-4a5c-9f39-5b6f0f2f5c0d";

    /// The main domain that [#of(AppRegistration...)] sets.
    public static final String DOMAIN = "contoso.example";

    /// The lifetimes of tokens and device codes.
    ///
    /// @param accessToken lifetime of an access token; 60 to 90 minutes in Entra
    /// @param refreshToken how long an unused refresh token stays valid; 90 days in Entra
    /// @param deviceCode lifetime of a device code; 15 minutes in Entra
    public record Lifetimes(Duration accessToken, Duration refreshToken, Duration deviceCode) {}

    public EntraSettings {
        domains = Set.copyOf(domains);
        apps = List.copyOf(apps);
    }

    /// Returns settings with these apps and Entra's default lifetimes.
    public static EntraSettings of(AppRegistration... apps) {
        return new EntraSettings(
                TENANT,
                Set.of(DOMAIN, "contoso.onmicrosoft.example"),
                List.of(apps),
                new Lifetimes(Duration.ofSeconds(3_599), Duration.ofDays(90), Duration.ofMinutes(15)),
                Duration.ofSeconds(5),
                null,
                null);
    }

    /// @param id tenant ID
    /// @param names domains that also identify the tenant
    public EntraSettings forTenant(String id, String... names) {
        return new EntraSettings(id, Set.of(names), apps, lifetimes, pollInterval, managedIdentity, autoApproveUser);
    }

    public EntraSettings with(AppRegistration... newApps) {
        return new EntraSettings(
                tenant, domains, List.of(newApps), lifetimes, pollInterval, managedIdentity, autoApproveUser);
    }

    public EntraSettings withAccessTokenLifetime(Duration lifetime) {
        return new EntraSettings(
                tenant,
                domains,
                apps,
                new Lifetimes(lifetime, lifetimes.refreshToken(), lifetimes.deviceCode()),
                pollInterval,
                managedIdentity,
                autoApproveUser);
    }

    /// @param interval interval at which clients are told to poll; the announced value is at least one second
    public EntraSettings withPollInterval(Duration interval) {
        return new EntraSettings(tenant, domains, apps, lifetimes, interval, managedIdentity, autoApproveUser);
    }

    public EntraSettings withManagedIdentity(String clientId) {
        return new EntraSettings(tenant, domains, apps, lifetimes, pollInterval, clientId, autoApproveUser);
    }

    /// @param user user for whom every device code is approved immediately
    public EntraSettings withAutoApproveUser(String user) {
        return new EntraSettings(tenant, domains, apps, lifetimes, pollInterval, managedIdentity, user);
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
