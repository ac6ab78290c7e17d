package org.o365relay.sandbox.entra;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.web.WebRequest;
import org.o365relay.sandbox.web.WebResponse;

/// Implements the token service of Microsoft Entra: issues tokens, validates the tokens that it issued, and
/// lets tests approve device codes.
public final class TokenService {

    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int TENANT_NOT_FOUND = 90002;

    private final Supplier<EntraSettings> settings;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final UnaryOperator<Duration> scaled;
    private final IssuedTokens issued = new IssuedTokens();
    private final RefreshTokens refreshTokens = new RefreshTokens();
    private final DeviceCodes codes;
    private final TokenEndpoint endpoint;
    private final VerificationPage page;

    /// @param settings current settings, read at every request
    /// @param scaled divides a duration by the time scale of the tenant
    public TokenService(
            Supplier<EntraSettings> settings,
            InstantSource clock,
            RandomGenerator random,
            UnaryOperator<Duration> scaled) {
        this.settings = settings;
        this.clock = clock;
        this.random = random;
        this.scaled = scaled;
        this.codes = new DeviceCodes(random);
        this.endpoint = new TokenEndpoint(issued, codes, refreshTokens, random, clock, scaled);
        this.page = new VerificationPage(codes);
    }

    /// @return the token; empty if this service did not issue it or it is no longer valid
    public Optional<IssuedToken> token(String value) {
        return issued.find(value, clock.instant());
    }

    /// Approves a device code, as a user does on the verification page.
    ///
    /// @return false if there is no such code
    public boolean approve(String userCode, String user) {
        return codes.decide(userCode, user);
    }

    /// Declines a device code, as a user does on the verification page.
    ///
    /// @return false if there is no such code
    public boolean decline(String userCode) {
        return codes.decide(userCode, null);
    }

    /// Revokes all access tokens and refresh tokens immediately.
    public void revokeTokens() {
        issued.revokeAll();
        refreshTokens.revokeAll();
    }

    public WebResponse handle(WebRequest request) {
        List<String> path = request.segments();
        String end = path.isEmpty() ? "" : String.join("/", path.subList(1, path.size()));
        return switch (request.method() + " " + end) {
            case "POST oauth2/v2.0/token" -> inTenant(path, request, endpoint::token);
            case "POST oauth2/v2.0/devicecode" -> inTenant(path, request, endpoint::deviceCode);
            case "GET v2.0/.well-known/openid-configuration", "GET .well-known/openid-configuration" ->
                inTenant(path, request, OpenIdConfiguration::of);
            case "GET discovery/instance" -> WebResponse.json(200, OpenIdConfiguration.instance(request));
            case "GET identity/oauth2/token" -> managedIdentity(request);
            case "GET ", "POST " ->
                path.equals(List.of(VerificationPage.PATH)) ? page(request) : WebResponse.empty(404);
            default -> WebResponse.empty(404);
        };
    }

    @FunctionalInterface
    private interface Endpoint {
        Map<String, ?> handle(EntraSettings entra, WebRequest request)
                throws TokenRefusedException, DeviceCodes.DeclinedException;
    }

    private WebResponse inTenant(List<String> path, WebRequest request, Endpoint handler) {
        EntraSettings entra = settings.get();
        String name = path.getFirst();
        boolean known = entra.hasName(name) || name.equals("common") || name.equals("organizations");
        return known ? respond(() -> handler.handle(entra, request)) : error(TENANT_NOT_FOUND);
    }

    @FunctionalInterface
    private interface Call {
        Map<String, ?> execute() throws TokenRefusedException, DeviceCodes.DeclinedException;
    }

    private WebResponse respond(Call call) {
        try {
            return WebResponse.json(200, call.execute()).with("Cache-Control", "no-store, no-cache");
        } catch (TokenRefusedException refused) {
            return error(refused.number());
        } catch (DeviceCodes.DeclinedException declined) {
            return error(new TokenError(70000, 400, "authorization_declined", "The user declined to sign in."));
        }
    }

    /// Responds like the metadata service of an Azure virtual machine, which formats numbers as JSON strings.
    private WebResponse managedIdentity(WebRequest request) {
        EntraSettings entra = settings.get();
        Map<String, String> query = request.queryParameters();
        String clientId = query.getOrDefault("client_id", String.valueOf(entra.managedIdentity()));
        boolean hasMetadataHeader =
                request.header("Metadata").filter("true"::equalsIgnoreCase).isPresent();
        if (!hasMetadataHeader || entra.app(clientId).isEmpty() || entra.managedIdentity() == null) {
            return WebResponse.json(
                    400,
                    Map.of(
                            "error",
                            hasMetadataHeader ? "invalid_request" : "bad_request_102",
                            "error_description",
                            hasMetadataHeader ? "Identity not found" : "Required metadata header not specified"));
        }
        String resource = query.getOrDefault("resource", "");
        return respond(() -> {
            AppRegistration app = endpoint.app(entra, clientId);
            Map<String, ?> token = endpoint.issueForApp(entra, request, app, withoutSlash(resource) + "/.default");
            return managedIdentityToken(token, resource, clientId);
        });
    }

    private Map<String, ?> managedIdentityToken(Map<String, ?> token, String resource, String clientId) {
        long seconds = token.get("expires_in") instanceof Number number ? number.longValue() : 0;
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("access_token", token.get("access_token"));
        members.put("client_id", clientId);
        members.put("expires_in", Long.toString(seconds));
        members.put("expires_on", Long.toString(clock.instant().getEpochSecond() + seconds));
        members.put("ext_expires_in", Long.toString(seconds));
        members.put("not_before", Long.toString(clock.instant().getEpochSecond()));
        members.put("resource", resource);
        members.put("token_type", "Bearer");
        return members;
    }

    private static String withoutSlash(String address) {
        return address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
    }

    private WebResponse page(WebRequest request) {
        String suggestion = settings.get().domains().stream()
                .sorted()
                .findFirst()
                .map(domain -> "relay@" + domain)
                .orElse("");
        return page.handle(request, suggestion);
    }

    /// @param number digits after `AADSTS`, such as 7000215
    /// @return the error response with IDs and a timestamp, as Entra formats it
    public WebResponse error(int number) {
        return error(TokenError.of(number));
    }

    private WebResponse error(TokenError error) {
        Instant now = clock.instant();
        String trace = id();
        String correlation = id();
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("error", error.error());
        members.put(
                "error_description",
                "AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s"
                        .formatted(error.number(), error.text(), trace, correlation, TIMESTAMP.format(now)));
        members.put("error_codes", List.of(error.number()));
        members.put("timestamp", TIMESTAMP.format(now));
        members.put("trace_id", trace);
        members.put("correlation_id", correlation);
        members.put("error_uri", "https://login.microsoftonline.com/error?code=" + error.number());
        WebResponse response = WebResponse.json(error.status(), members);
        return error.status() == 429
                ? response.with(
                        "Retry-After",
                        Long.toString(scaled.apply(Duration.ofMinutes(1)).toSeconds()))
                : response;
    }

    private String id() {
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }
}
