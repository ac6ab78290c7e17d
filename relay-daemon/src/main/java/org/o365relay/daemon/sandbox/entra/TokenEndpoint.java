package org.o365relay.daemon.sandbox.entra;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.sandbox.web.WebRequest;

/// The token endpoint. Results are the members of the JSON response.
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
    private final TokenFactory text;
    private final InstantSource clock;
    private final UnaryOperator<Duration> timeScale;

    /// @param timeScale converts a duration at Microsoft to the scaled duration
    TokenEndpoint(
            IssuedTokens issued,
            DeviceCodes codes,
            RefreshTokens refreshTokens,
            RandomGenerator random,
            InstantSource clock,
            UnaryOperator<Duration> timeScale) {
        this.issued = issued;
        this.codes = codes;
        this.refreshTokens = refreshTokens;
        this.text = new TokenFactory(random);
        this.clock = clock;
        this.timeScale = timeScale;
    }

    Map<String, ?> token(EntraSettings directory, WebRequest request)
            throws TokenRefusedException, DeviceCodes.DeclinedException {
        Map<String, String> form = request.form();
        AppRegistration app = app(directory, form.getOrDefault("client_id", ""));
        return switch (form.getOrDefault("grant_type", "")) {
            case "client_credentials" -> {
                authenticate(app, form, request);
                yield forApp(directory, request, app, form.getOrDefault("scope", ""));
            }
            case "refresh_token" -> refreshed(directory, request, app, form);
            case DEVICE_CODE, "device_code" -> redeemed(directory, request, app, form);
            default -> throw new TokenRefusedException(UNKNOWN_GRANT);
        };
    }

    AppRegistration app(EntraSettings directory, String clientId) throws TokenRefusedException {
        AppRegistration app = directory.app(clientId).orElseThrow(() -> new TokenRefusedException(APP_UNKNOWN));
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

    Map<String, ?> forApp(EntraSettings directory, WebRequest request, AppRegistration app, String scope)
            throws TokenRefusedException {
        Scope requested = Scope.parse(scope).forApp();
        return access(directory, request, app, requested, app.roles(), null);
    }

    private Map<String, ?> redeemed(
            EntraSettings directory, WebRequest request, AppRegistration app, Map<String, String> form)
            throws TokenRefusedException, DeviceCodes.DeclinedException {
        DeviceCodes.PendingCode code = codes.redeem(form.getOrDefault("device_code", ""), clock.instant());
        String user = code.user();
        if (user == null || !code.app().clientId().equals(app.clientId())) {
            throw new TokenRefusedException(NO_CONSENT);
        }
        return forUser(directory, request, app, code.scope(), user);
    }

    private Map<String, ?> refreshed(
            EntraSettings directory, WebRequest request, AppRegistration app, Map<String, String> form)
            throws TokenRefusedException {
        String scope = form.getOrDefault("scope", "");
        RefreshTokens.Grant grant = refreshTokens.redeem(
                form.getOrDefault("refresh_token", ""),
                clock.instant(),
                timeScale.apply(directory.refreshTokenLifetime()));
        if (!grant.app().clientId().equals(app.clientId())) {
            throw new TokenRefusedException(NO_CONSENT);
        }
        return forUser(directory, request, app, scope.isEmpty() ? grant.scope() : Scope.parse(scope), grant.user());
    }

    private Map<String, ?> forUser(
            EntraSettings directory, WebRequest request, AppRegistration app, Scope scope, String user)
            throws TokenRefusedException {
        Map<String, @Nullable Object> answer = access(directory, request, app, scope, scope.delegated(), user);
        Instant now = clock.instant();
        String refreshToken = text.opaque();
        refreshTokens.add(refreshToken, new RefreshTokens.Grant(app, user, scope, now));
        answer.put("refresh_token", refreshToken);
        answer.put("scope", scope.audience() + "/" + String.join(" ", scope.delegated()));
        answer.put(
                "id_token",
                text.identity(
                        issuer(directory, request),
                        directory.tenant(),
                        app.clientId(),
                        user,
                        now,
                        timeScale.apply(directory.accessTokenLifetime())));
        answer.put("client_info", text.clientInfo(directory.tenant(), user));
        return answer;
    }

    private Map<String, @Nullable Object> access(
            EntraSettings directory,
            WebRequest request,
            AppRegistration app,
            Scope scope,
            Set<String> permissions,
            @Nullable String user) {
        Instant now = clock.instant();
        Duration lifetime = timeScale.apply(directory.accessTokenLifetime());
        IssuedToken claims = new IssuedToken("", scope.resource(), app, permissions, user, now.plus(lifetime));
        String value =
                text.access(directory.tenant(), issuer(directory, request), scope.audience(), claims, now, lifetime);
        issued.add(value, claims, now);
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("token_type", "Bearer");
        answer.put("expires_in", Math.max(1, lifetime.toSeconds()));
        answer.put("ext_expires_in", Math.max(1, lifetime.toSeconds()));
        answer.put("access_token", value);
        return answer;
    }

    /// @return the members of the device authorization response (RFC 8628 §3.2)
    Map<String, ?> deviceCode(EntraSettings directory, WebRequest request) throws TokenRefusedException {
        Map<String, String> form = request.form();
        AppRegistration app = app(directory, form.getOrDefault("client_id", ""));
        Scope scope = Scope.parse(form.getOrDefault("scope", ""));
        Duration lifetime = timeScale.apply(directory.deviceCodeLifetime());
        DeviceCodes.PendingCode code =
                codes.begin(text.opaque(), app, scope, clock.instant().plus(lifetime));
        if (directory.autoApproveUser() != null) {
            codes.decide(code.userCode(), directory.autoApproveUser());
        }
        String page = request.origin() + "/" + VerificationPage.PATH;
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("user_code", code.userCode());
        answer.put("device_code", code.deviceCode());
        answer.put("verification_uri", page);
        answer.put("expires_in", Math.max(1, lifetime.toSeconds()));
        answer.put(
                "interval",
                Math.max(1, timeScale.apply(directory.pollInterval()).toSeconds()));
        answer.put(
                "message",
                "To sign in, use a web browser to open the page " + page + " and enter the code " + code.userCode()
                        + " to authenticate.");
        return answer;
    }

    private static String issuer(EntraSettings directory, WebRequest request) {
        return request.origin() + "/" + directory.tenant() + "/v2.0";
    }
}
