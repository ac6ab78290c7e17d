package org.o365relay.sandbox.entra;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// An error that the token service returns, identified by its AADSTS number.
///
/// Source: Microsoft, "Microsoft Entra authentication and authorization error codes", and, for the format,
/// "Microsoft identity platform and OAuth 2.0 client credentials flow". Microsoft does not document which
/// errors have status 401; the list contains those that were observed.
///
/// @param error OAuth error code (RFC 6749 §5.2)
/// @param text description that follows `AADSTSn: `
record TokenError(int number, int status, String error, String text) {

    /// Supplies the status and texts for numbers that are not in `LISTED`.
    private static final TokenError UNLISTED =
            new TokenError(0, 400, "invalid_grant", "The sandbox has no text for this error.");

    private static final Map<Integer, TokenError> LISTED =
            """
            50012   | 401 | invalid_client | Authentication failed. The signature of the client assertion is invalid.
            50033   | 503 | temporarily_unavailable | A transient error has occurred. Please try again.
            50034   | 400 | invalid_grant | The user account does not exist in the directory.
            50053   | 400 | invalid_grant | The account is locked, or sign-in was blocked because it came from an IP address with malicious activity.
            50055   | 400 | invalid_grant | The password is expired.
            50057   | 400 | invalid_grant | The user account is disabled.
            50074   | 400 | interaction_required | Strong authentication is required and the user did not pass the MFA challenge.
            50076   | 400 | interaction_required | Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.
            50079   | 400 | interaction_required | Due to a configuration change made by your administrator, you must enroll in multi-factor authentication.
            50126   | 400 | invalid_grant | Error validating credentials due to invalid username or password.
            50173   | 400 | invalid_grant | The provided grant has expired due to it being revoked, a fresh auth token is needed.
            50196   | 400 | invalid_grant | The server terminated an operation because it encountered a client request loop. Please contact your app vendor.
            53003   | 400 | invalid_grant | Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.
            65001   | 400 | invalid_grant | The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource.
            70000   | 400 | invalid_grant | The provided value for the grant is not valid.
            70003   | 400 | unsupported_grant_type | The app requested an unsupported grant type.
            70011   | 400 | invalid_scope | The provided value for the input parameter 'scope' is not valid.
            70016   | 400 | authorization_pending | OAuth 2.0 device flow error. Authorization is pending. Continue polling.
            70018   | 400 | bad_verification_code | Invalid verification code.
            70019   | 400 | expired_token | Verification code expired. Have the user retry the sign-in.
            70020   | 400 | expired_token | The provided value for the device code has expired.
            90002   | 400 | invalid_request | Tenant not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.
            90006   | 503 | temporarily_unavailable | The service is temporarily unavailable. Please retry later.
            90014   | 400 | invalid_request | The required field is missing from the request.
            90024   | 503 | temporarily_unavailable | A transient error has occurred. Please try again.
            90033   | 503 | temporarily_unavailable | A transient error has occurred. Please try again.
            90055   | 429 | temporarily_unavailable | The request was throttled due to too many requests. Please try again later.
            500011  | 400 | invalid_resource | The resource principal was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant.
            500133  | 400 | invalid_grant | Assertion is not within its valid time range. Ensure that the assertion is not expired.
            530032  | 400 | invalid_grant | Your organization has a security policy that blocks this request.
            700016  | 400 | unauthorized_client | Application was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant.
            700027  | 401 | invalid_client | The certificate with the identifier used to sign the client assertion is not registered on the application.
            700082  | 400 | invalid_grant | The refresh token has expired due to inactivity.
            900023  | 400 | invalid_request | Specified tenant identifier is neither a valid DNS name, nor a valid external domain.
            1002012 | 400 | invalid_scope | The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).
            7000112 | 400 | unauthorized_client | Application is disabled.
            7000215 | 401 | invalid_client | Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to the app.
            7000218 | 401 | invalid_client | The request body must contain the following parameter: 'client_assertion' or 'client_secret'.
            7000222 | 401 | invalid_client | The provided client secret keys for the app are expired. Create new keys for your app.
            """.lines().map(TokenError::read).collect(Collectors.toMap(TokenError::number, Function.identity()));

    /// @param number digits after `AADSTS`
    static TokenError of(int number) {
        TokenError listed = LISTED.getOrDefault(number, UNLISTED);
        return new TokenError(number, listed.status, listed.error, listed.text);
    }

    private static TokenError read(String line) {
        String[] columns = line.split("\\|", 4);
        return new TokenError(
                Integer.parseInt(columns[0].strip()),
                Integer.parseInt(columns[1].strip()),
                columns[2].strip(),
                columns[3].strip());
    }
}
