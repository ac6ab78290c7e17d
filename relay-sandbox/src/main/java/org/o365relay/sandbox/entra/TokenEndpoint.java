package org.o365relay.sandbox.entra;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.web.WebRequest;

/// Implements the token endpoint and the device authorization endpoint. The methods that return a map return
/// the members of the JSON response.
final class TokenEndpoint {

    static final String DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";

    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private static final int APP_UNKNOWN = 700016;
    private static final int APP_DISABLED = 7000112;
    private static final int WRONG_SECRET = 7000215;
    private static final int EXPIRED_SECRET = 7000222;
    private static final int NO_CREDENTIAL = 7000218;
    private static final int UNKNOWN_GRANT = 70003;
    private static final int NO_CONSENT = 65001;

    private final IssuedTokens issued;
    private final DeviceCodes codes;
    private final RefreshTokens refreshTokens;
    private final TokenFactory tokenFactory;
    private final InstantSource clock;
    private final UnaryOperator<Duration> scaled;

    /// @param scaled divides a duration by the time scale of the tenant
    TokenEndpoint(
            IssuedTokens issued,
            DeviceCodes codes,
            RefreshTokens refreshTokens,
            RandomGenerator random,
            InstantSource clock,
            UnaryOperator<Duration> scaled) {
        this.issued = issued;
        this.codes = codes;
        this.refreshTokens = refreshTokens;
        this.tokenFactory = new TokenFactory(random);
        this.clock = clock;
        this.scaled = scaled;
    }

    Map<String, ?> token(EntraSettings entra, WebRequest request)
            throws TokenRefusedException, DeviceCodes.DeclinedException {
        Map<String, String> form = request.form();
        AppRegistration app = app(entra, form.getOrDefault("client_id", ""));
        return switch (form.getOrDefault("grant_type", "")) {
            case "client_credentials" -> {
                authenticate(app, form, request);
                yield issueForApp(entra, request, app, form.getOrDefault("scope", ""));
            }
            case "refresh_token" -> refresh(entra, request, app, form);
            case DEVICE_CODE, "device_code" -> redeemDeviceCode(entra, request, app, form);
            default -> throw new TokenRefusedException(UNKNOWN_GRANT);
        };
    }

    AppRegistration app(EntraSettings entra, String clientId) throws TokenRefusedException {
        AppRegistration app = entra.app(clientId).orElseThrow(() -> new TokenRefusedException(APP_UNKNOWN));
        if (app.state() == AppRegistration.State.DISABLED) {
            throw new TokenRefusedException(APP_DISABLED);
        }
        return app;
    }

    private void authenticate(AppRegistration app, Map<String, String> form, WebRequest request)
            throws TokenRefusedException {
        String secret = form.get("client_secret");
        String assertion = form.get("client_assertion");
        if (secret != null) {
            checkSecret(app, secret);
        } else if (assertion != null && ASSERTION_TYPE.equals(form.get("client_assertion_type"))) {
            AssertionVerifier.verify(assertion, app, request.origin() + request.path(), clock.instant());
        } else {
            throw new TokenRefusedException(NO_CREDENTIAL);
        }
    }

    private static void checkSecret(AppRegistration app, String secret) throws TokenRefusedException {
        if (!secret.equals(app.secret())) {
            throw new TokenRefusedException(WRONG_SECRET);
        }
        if (app.state() == AppRegistration.State.SECRET_EXPIRED) {
            throw new TokenRefusedException(EXPIRED_SECRET);
        }
    }

    Map<String, ?> issueForApp(EntraSettings entra, WebRequest request, AppRegistration app, String scope)
            throws TokenRefusedException {
        Scope requested = Scope.parse(scope).requireDefault();
        return issue(entra, request, app, requested, app.roles(), null);
    }

    private Map<String, ?> redeemDeviceCode(
            EntraSettings entra, WebRequest request, AppRegistration app, Map<String, String> form)
            throws TokenRefusedException, DeviceCodes.DeclinedException {
        DeviceCodes.PendingCode code = codes.redeem(form.getOrDefault("device_code", ""), clock.instant());
        String user = code.user();
        if (user == null || !code.app().clientId().equals(app.clientId())) {
            throw new TokenRefusedException(NO_CONSENT);
        }
        return issueForUser(entra, request, app, code.scope(), user);
    }

    private Map<String, ?> refresh(
            EntraSettings entra, WebRequest request, AppRegistration app, Map<String, String> form)
            throws TokenRefusedException {
        String scope = form.getOrDefault("scope", "");
        RefreshTokens.Grant grant = refreshTokens.redeem(
                form.getOrDefault("refresh_token", ""),
                clock.instant(),
                scaled.apply(entra.lifetimes().refreshToken()));
        if (!grant.app().clientId().equals(app.clientId())) {
            throw new TokenRefusedException(NO_CONSENT);
        }
        return issueForUser(entra, request, app, scope.isEmpty() ? grant.scope() : Scope.parse(scope), grant.user());
    }

    private Map<String, ?> issueForUser(
            EntraSettings entra, WebRequest request, AppRegistration app, Scope scope, String user)
            throws TokenRefusedException {
        Map<String, @Nullable Object> members = issue(entra, request, app, scope, scope.delegated(), user);
        Instant now = clock.instant();
        String refreshToken = tokenFactory.opaqueToken();
        refreshTokens.add(refreshToken, new RefreshTokens.Grant(app, user, scope, now));
        members.put("refresh_token", refreshToken);
        members.put("scope", scope.audience() + "/" + String.join(" ", scope.delegated()));
        members.put(
                "id_token",
                tokenFactory.idToken(
                        issuer(entra, request),
                        entra.tenant(),
                        app.clientId(),
                        user,
                        now,
                        scaled.apply(entra.lifetimes().accessToken())));
        members.put("client_info", tokenFactory.clientInfo(entra.tenant(), user));
        return members;
    }

    private Map<String, @Nullable Object> issue(
            EntraSettings entra,
            WebRequest request,
            AppRegistration app,
            Scope scope,
            Set<String> permissions,
            @Nullable String user) {
        Instant now = clock.instant();
        Duration lifetime = scaled.apply(entra.lifetimes().accessToken());
        IssuedToken claims = new IssuedToken("", scope.resource(), app, permissions, user, now.plus(lifetime));
        String value = tokenFactory.accessToken(
                entra.tenant(), issuer(entra, request), scope.audience(), claims, now, lifetime);
        issued.add(value, claims, now);
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("token_type", "Bearer");
        members.put("expires_in", Math.max(1, lifetime.toSeconds()));
        members.put("ext_expires_in", Math.max(1, lifetime.toSeconds()));
        members.put("access_token", value);
        return members;
    }

    /// @return the members of the device authorization response (RFC 8628 §3.2)
    Map<String, ?> deviceCode(EntraSettings entra, WebRequest request) throws TokenRefusedException {
        Map<String, String> form = request.form();
        AppRegistration app = app(entra, form.getOrDefault("client_id", ""));
        Scope scope = Scope.parse(form.getOrDefault("scope", ""));
        Duration lifetime = scaled.apply(entra.lifetimes().deviceCode());
        DeviceCodes.PendingCode code = codes.create(
                tokenFactory.opaqueToken(), app, scope, clock.instant().plus(lifetime));
        if (entra.autoApproveUser() != null) {
            codes.decide(code.userCode(), entra.autoApproveUser());
        }
        String page = request.origin() + "/" + VerificationPage.PATH;
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("user_code", code.userCode());
        members.put("device_code", code.deviceCode());
        members.put("verification_uri", page);
        members.put("expires_in", Math.max(1, lifetime.toSeconds()));
        members.put("interval", Math.max(1, scaled.apply(entra.pollInterval()).toSeconds()));
        members.put(
                "message",
                "To sign in, use a web browser to open the page " + page + " and enter the code " + code.userCode()
                        + " to authenticate.");
        return members;
    }

    private static String issuer(EntraSettings entra, WebRequest request) {
        return request.origin() + "/" + entra.tenant() + "/v2.0";
    }
}
