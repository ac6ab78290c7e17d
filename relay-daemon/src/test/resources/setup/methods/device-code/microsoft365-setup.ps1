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
$Tenant              = 'contoso.example'
$AppId               = ''    # unknown: the script finds the app by its name, or creates it, and prints its ID at the end
$GraphEnvironment    = 'Global'
$SendAs              = @('info@contoso.example')
$SendAsDomains       = @()
$ExchangeEnvironment = 'O365Default'

# ---- The app registration of the relay -----------------------------------------------------------------------------
# By hand: https://entra.microsoft.com > App registrations > New registration: name o365-relay, "Accounts in this
# organizational directory only", no redirect URI. Its Overview shows the Application (client) ID and the Directory
# (tenant) ID for relay.conf.

foreach ($Module in 'Microsoft.Graph.Authentication', 'Microsoft.Graph.Applications') {
    if (-not (Get-Module -ListAvailable -Name $Module)) { Install-Module -Name $Module -Scope CurrentUser }
}
Connect-MgGraph -TenantId $Tenant -Environment $GraphEnvironment `
    -Scopes 'Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All'

if ($AppId) {
    $App = @(Get-MgApplication -Filter "appId eq '$AppId'")
    if ($App.Count -eq 0) { throw "There is no app registration with the Application (client) ID $AppId in $Tenant." }
} else {
    $App = @(Get-MgApplication -Filter "displayName eq '$AppName'")
    if ($App.Count -gt 1) { throw "There are several apps named $AppName; set `$AppId above to the ID of the right one." }
}
if ($App.Count -eq 0) {
    $App = @(New-MgApplication -DisplayName $AppName -SignInAudience 'AzureADMyOrg')
    Write-Host "Created the app registration $AppName."
}
$App = Get-MgApplication -ApplicationId $App[0].Id -Property 'id,appId,displayName,keyCredentials,passwordCredentials'
$AppId = $App.AppId

# The enterprise application (service principal) represents the app in this tenant. Exchange needs its object ID, not
# the one of the app registration. By hand: https://entra.microsoft.com > Enterprise applications > (the app) > Object ID.
$Enterprise = Get-MgServicePrincipal -Filter "appId eq '$AppId'"
if (-not $Enterprise) { $Enterprise = New-MgServicePrincipal -AppId $AppId }

# ---- Sign-in with a device code ------------------------------------------------------------------------------------
# By hand: https://entra.microsoft.com > App registrations > (the app) > Authentication > Allow public client flows: Yes.
# API permissions > Add a permission > Microsoft Graph > Delegated permissions > SMTP.Send and offline_access, then
# "Grant admin consent" if users are not permitted to consent.

Update-MgApplication -ApplicationId $App.Id -IsFallbackPublicClient:$true
$Api = Get-MgServicePrincipal -Filter "appId eq '00000003-0000-0000-c000-000000000000'"
$Wanted = @($Api.Oauth2PermissionScopes | Where-Object { $_.Value -in 'SMTP.Send', 'offline_access' })
$App = Get-MgApplication -ApplicationId $App.Id
if (-not $App.RequiredResourceAccess) {
    $Access = @($Wanted | ForEach-Object { @{ Id = $_.Id; Type = 'Scope' } })
    Update-MgApplication -ApplicationId $App.Id `
        -RequiredResourceAccess @(@{ ResourceAppId = $Api.AppId; ResourceAccess = $Access })
}

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

Write-Host 'For relay.conf:'
Write-Host "    tenant    = $((Get-MgContext).TenantId)"
Write-Host "    client-id = $AppId"
Get-CASMailbox -Identity $Mailbox | Format-List SmtpClientAuthenticationDisabled            # must be False
Get-Mailbox -Identity $Mailbox | Format-List MessageCopyForSMTPClientSubmissionEnabled      # should be False
foreach ($Address in $SendAs) { Get-RecipientPermission -Identity $Address | Format-Table Identity, Trustee, AccessRights }
Write-Host 'Done. The changes can take up to an hour to take effect. Then run on the relay: o365-relay check'
