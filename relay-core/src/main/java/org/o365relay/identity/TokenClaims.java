package org.o365relay.identity;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.json.Json;
import org.o365relay.mail.VisibleText;

/// The unverified claims of an access token, to diagnose why a server refuses it. Never contains the token
/// itself. Missing claims are empty, except `expiresAt`.
///
/// @param audience server that the token is for, such as `https://outlook.office365.com`
/// @param tenant the tenant's ID
/// @param appId application (client) ID
/// @param objectId object ID of the service principal (Enterprise application), or of the user
/// @param user user who signed in; empty for an app
/// @param roles application permissions, such as `SMTP.SendAsApp`
/// @param scopes delegated permissions, such as `SMTP.Send`
/// @param expiresAt expiry time; null if missing
public record TokenClaims(
        String audience,
        String tenant,
        String appId,
        String objectId,
        String user,
        List<String> roles,
        List<String> scopes,
        @Nullable Instant expiresAt) {

    // the addresses of the services in all clouds, and their IDs
    private static final Pattern GRAPH = Pattern.compile("(?i)graph|00000003-0000-0000-c000-000000000000");
    private static final Pattern EXCHANGE =
            Pattern.compile("(?i)outlook|office365|00000002-0000-0ff1-ce00-000000000000");

    public TokenClaims {
        roles = List.copyOf(roles);
        scopes = List.copyOf(scopes);
    }

    /// @return the claims; empty if the token is not a readable JWT (RFC 7519)
    public static Optional<TokenClaims> of(AccessToken token) {
        String[] parts = token.value().reveal().split("\\.", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        try {
            return Json.read(Base64.getUrlDecoder().decode(parts[1]), JsonNode.class)
                    .filter(JsonNode::isObject)
                    .map(TokenClaims::from);
        } catch (IllegalArgumentException _) {
            return Optional.empty(); // not Base64: opaque tokens are allowed
        }
    }

    /// Claims of an unexpected type are treated as missing.
    private static TokenClaims from(JsonNode claims) {
        String scopes = text(claims, "scp");
        return new TokenClaims(
                text(claims, "aud"),
                text(claims, "tid"),
                firstNonEmpty(text(claims, "appid"), text(claims, "azp")),
                text(claims, "oid"),
                firstNonEmpty(text(claims, "upn"), text(claims, "preferred_username")),
                claims.path("roles")
                        .valueStream()
                        .map(role -> printable(role.asText()))
                        .toList(),
                scopes.isEmpty() ? List.of() : Arrays.asList(scopes.split(" ", -1)),
                claims.path("exp").isNumber()
                        ? Instant.ofEpochSecond(claims.path("exp").longValue())
                        : null);
    }

    private static String firstNonEmpty(String first, String second) {
        return first.isEmpty() ? second : first;
    }

    private static String text(JsonNode claims, String name) {
        JsonNode claim = claims.path(name);
        return claim.isTextual() ? printable(claim.textValue()) : "";
    }

    private static String printable(String text) {
        return text.codePoints()
                .filter(VisibleText::isSafe)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /// Explains why Exchange Online may have refused the token over SMTP. An app whose permission is a role of
    /// Exchange (RBAC for Applications) rightly has no `SMTP.SendAsApp`.
    ///
    /// @return what is wrong with the token or what it lacks, in words that the reply catalogue recognizes;
    ///     empty if nothing, or if the token is not readable
    public static Optional<String> lackForSmtp(AccessToken token) {
        return of(token)
                .flatMap(claims ->
                        claims.lack(EXCHANGE, "Exchange Online", claims.isUser() ? "SMTP.Send" : "SMTP.SendAsApp"));
    }

    /// Explains why Graph may have refused to send mail. An app whose permission is a role of Exchange rightly
    /// has no `Mail.Send`.
    ///
    /// @return what is wrong with the token or what it lacks; empty if nothing, or if the token is not readable
    public static Optional<String> lackForGraph(AccessToken token) {
        return of(token).flatMap(claims -> claims.lack(GRAPH, "Microsoft Graph", "Mail.Send"));
    }

    private Optional<String> lack(Pattern service, String serviceName, String permission) {
        if (!audience.isEmpty() && !service.matcher(audience).find()) {
            return Optional.of("the token is for " + audience + " instead of " + serviceName);
        }
        return (isUser() ? scopes : roles).contains(permission)
                ? Optional.empty()
                : Optional.of("the token lacks the permission " + permission);
    }

    private boolean isUser() {
        return !user.isEmpty() || !scopes.isEmpty();
    }

    /// @return whether the token is readable and has no `Mail.Send`, neither of the app nor of the user. If
    ///     Exchange grants the permission to the app as a role, the token rightly lacks it
    public static boolean lacksMailSend(AccessToken token) {
        return of(token)
                .filter(claims -> !claims.roles.contains("Mail.Send") && !claims.scopes.contains("Mail.Send"))
                .isPresent();
    }

    /// @return a one-line summary for the admin
    public static String summary(AccessToken token) {
        return of(token)
                .map(TokenClaims::summary)
                .orElseGet(() -> "of unknown format, valid until " + token.expiresAt());
    }

    /// @return a one-line summary for the admin
    public String summary() {
        List<String> facts = new ArrayList<>();
        add(facts, "for ", audience);
        add(facts, "tenant ", tenant);
        add(facts, "app ", appId);
        add(facts, "object ", objectId);
        add(facts, "user ", user);
        facts.add(permissions());
        if (expiresAt != null) {
            facts.add("valid until " + expiresAt);
        }
        return facts.stream().filter(fact -> !fact.isEmpty()).collect(Collectors.joining(", "));
    }

    private String permissions() {
        if (roles.isEmpty() && scopes.isEmpty()) {
            return "no roles or scopes";
        }
        String both = roles.isEmpty() ? "" : "roles " + String.join(" ", roles);
        return scopes.isEmpty() ? both : (both + " scopes " + String.join(" ", scopes)).strip();
    }

    private static void add(List<String> facts, String name, String value) {
        if (!value.isEmpty()) {
            facts.add(name + value);
        }
    }
}
