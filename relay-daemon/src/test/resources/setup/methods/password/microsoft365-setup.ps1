#
# Allows o365-relay to send mail with Microsoft 365. Written by "o365-relay setup".
#
# Run it as an administrator of the tenant, in PowerShell 7 or Windows PowerShell 5.1:
#     powershell -ExecutionPolicy Bypass -File .\microsoft365-setup.ps1
# It needs the role Exchange Administrator; with an app also Privileged Role Administrator, to grant consent. Every step
# checks the current state before it changes anything, so the script can be run again at any time. Review it first: each
# step explains what it does and how to do the same in the admin centers.

$ErrorActionPreference = 'Stop'

# ---- The settings from "o365-relay setup" --------------------------------------------------------------------------
$AppName             = 'o365-relay'
$Mailbox             = 'relay@contoso.example'
$SendAs              = @('info@contoso.example')
$SendAsDomains       = @('@contoso.example')
$ExchangeEnvironment = 'O365Default'

# ---- Exchange Online -----------------------------------------------------------------------------------------------

if (-not (Get-Module -ListAvailable -Name ExchangeOnlineManagement)) {
    Install-Module -Name ExchangeOnlineManagement -Scope CurrentUser
}
Connect-ExchangeOnline -ExchangeEnvironmentName $ExchangeEnvironment -ShowBanner:$false

# ---- SMTP AUTH of the mailbox --------------------------------------------------------------------------------------
# SMTP AUTH must be enabled, also with OAuth. This enables it for the mailbox only; it may stay off for the organization.
# By hand: https://admin.microsoft.com > Users > Active users > (the mailbox) > Mail > Manage email apps >
# Authenticated SMTP.

if ((Get-CASMailbox -Identity $Mailbox).SmtpClientAuthenticationDisabled -ne $false) {
    Set-CASMailbox -Identity $Mailbox -SmtpClientAuthenticationDisabled $false
    Write-Host 'Enabled SMTP AUTH for the mailbox.'
}

# Otherwise a copy of every message is kept in Sent Items, until the mailbox is full and cannot send.
if ((Get-Mailbox -Identity $Mailbox).MessageCopyForSMTPClientSubmissionEnabled -ne $false) {
    Set-Mailbox -Identity $Mailbox -MessageCopyForSMTPClientSubmissionEnabled $false
}

# The mailbox itself signs in, so it needs the Send As permissions.
$Trustees = @($Mailbox)

# ---- Send As permissions for other addresses -----------------------------------------------------------------------
# By hand: https://admin.exchange.microsoft.com > Recipients > (the other mailbox or group) > Delegation > Send as.

foreach ($Address in $SendAs) {
    foreach ($Trustee in $Trustees) {
        $Right = Get-RecipientPermission -Identity $Address -Trustee $Trustee -ErrorAction SilentlyContinue
        if (-not ($Right | Where-Object { $_.AccessRights -contains 'SendAs' })) {
            Add-RecipientPermission -Identity $Address -Trustee $Trustee -AccessRights SendAs -Confirm:$false | Out-Null
            Write-Host "Allowed $Trustee to send as $Address."
        }
    }
}
foreach ($Domain in $SendAsDomains) {
    Write-Warning "Send As cannot be granted for the whole domain $Domain: add each of its addresses to `$SendAs above."
}

# ---- The resulting settings ----------------------------------------------------------------------------------------
Get-CASMailbox -Identity $Mailbox | Format-List SmtpClientAuthenticationDisabled            # must be False
Get-Mailbox -Identity $Mailbox | Format-List MessageCopyForSMTPClientSubmissionEnabled      # should be False
# Security defaults, or an authentication policy without basic authentication for SMTP, block the password.
Get-TransportConfig | Format-List SmtpClientAuthenticationDisabled
Get-User -Identity $Mailbox | Format-List AuthenticationPolicy
foreach ($Address in $SendAs) { Get-RecipientPermission -Identity $Address | Format-Table Identity, Trustee, AccessRights }
Write-Host 'Done. The changes can take up to an hour to take effect. Then run on the relay: o365-relay check'
