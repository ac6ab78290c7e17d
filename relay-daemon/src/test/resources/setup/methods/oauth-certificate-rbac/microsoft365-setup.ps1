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
$CertificateFile     = 'relay-certificate.cer'
$Permissions         = @(
    @{ Api = '00000002-0000-0ff1-ce00-000000000000'; Name = 'SMTP.SendAsApp' },
    @{ Api = '00000003-0000-0000-c000-000000000000'; Name = 'Mail.Send' },
    @{ Api = '00000003-0000-0000-c000-000000000000'; Name = 'Mail.ReadWrite' }
)
$Roles               = @('Application SMTP.SendAsApp', 'Application Mail.Send', 'Application Mail.ReadWrite')
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

# ---- The certificate of the app ------------------------------------------------------------------------------------
# Only the certificate, which must be in the same directory as this script; the private key stays on the relay.
# By hand: https://entra.microsoft.com > App registrations > (the app) > Certificates & secrets > Certificates >
# Upload certificate.

$File = Join-Path $PSScriptRoot $CertificateFile
$Certificate = New-Object System.Security.Cryptography.X509Certificates.X509Certificate2 -ArgumentList $File
$Encoded = [Convert]::ToBase64String($Certificate.RawData)
$Known = @($App.KeyCredentials | Where-Object { $_.Key -and [Convert]::ToBase64String($_.Key) -eq $Encoded })
if ($Known.Count -eq 0) {
    $Keys = @($App.KeyCredentials | Where-Object { $_ })
    $Keys += @{ Type = 'AsymmetricX509Cert'; Usage = 'Verify'; Key = $Certificate.RawData; DisplayName = 'o365-relay' }
    Update-MgApplication -ApplicationId $App.Id -KeyCredentials $Keys
    Write-Host "Uploaded the certificate; it is valid until $($Certificate.NotAfter)."
}

# ---- No API permissions: the app gets its roles in Exchange (RBAC), below ------------------------------------------
# An additional API permission would cover every mailbox (Mail.Send), or require FullAccess (SMTP.SendAsApp).
# By hand: https://entra.microsoft.com > Enterprise applications > (the app) > Permissions.

$Granted = @(Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $Enterprise.Id -All)
foreach ($Permission in $Permissions) {
    $Api = Get-MgServicePrincipal -Filter "appId eq '$($Permission.Api)'"
    $Role = $Api.AppRoles | Where-Object { $_.Value -eq $Permission.Name -and $_.AllowedMemberTypes -contains 'Application' }
    if ($Granted | Where-Object { $_.ResourceId -eq $Api.Id -and $_.AppRoleId -eq $Role.Id }) {
        Write-Warning "The app has the API permission $($Permission.Name). Remove it: use either RBAC or API permissions, not both."
    }
}

# ---- Exchange Online -----------------------------------------------------------------------------------------------

if (-not (Get-Module -ListAvailable -Name ExchangeOnlineManagement)) {
    Install-Module -Name ExchangeOnlineManagement -Scope CurrentUser
}
Connect-ExchangeOnline -ExchangeEnvironmentName $ExchangeEnvironment -ShowBanner:$false

# ---- The app in Exchange -------------------------------------------------------------------------------------------
# Exchange has its own list of service principals. With a wrong object ID, sign-in fails with "535 5.7.3".

$Principal = Get-ServicePrincipal | Where-Object { $_.AppId -eq $AppId }
if ($Principal -and $Principal.ObjectId -ne $Enterprise.Id) {
    throw "The app has another object ID in Exchange. Run Remove-ServicePrincipal -Identity $($Principal.ObjectId), then this script again."
}
if (-not $Principal) {
    $Principal = New-ServicePrincipal -AppId $AppId -ObjectId $Enterprise.Id -DisplayName $AppName
    Write-Host 'Created the service principal of the app in Exchange.'
}
$Trustees = @($Mailbox, $Enterprise.Id)

# ---- Roles of the app for this mailbox only (RBAC for Applications) ------------------------------------------------
# A new assignment can take up to two hours to take effect.
# If Exchange requires it, run Enable-OrganizationCustomization once, and this script again an hour later.

$Scope = "$AppName $Mailbox"
$Scope = $Scope.Substring(0, [Math]::Min(64, $Scope.Length))
if (-not (Get-ManagementScope -Identity $Scope -ErrorAction SilentlyContinue)) {
    $Quoted = $Mailbox.Replace("'", "''")
    New-ManagementScope -Name $Scope -RecipientRestrictionFilter "PrimarySmtpAddress -eq '$Quoted'" | Out-Null
}
foreach ($Role in $Roles) {
    $Assigned = Get-ManagementRoleAssignment -Role $Role -ErrorAction SilentlyContinue |
        Where-Object { $_.CustomResourceScope -eq $Scope }
    if (-not $Assigned) {
        New-ManagementRoleAssignment -App $Enterprise.Id -Role $Role -CustomResourceScope $Scope | Out-Null
        Write-Host "Assigned $Role for $Mailbox."
    }
}

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

# ---- The resulting settings ----------------------------------------------------------------------------------------

Write-Host 'For relay.conf:'
Write-Host "    tenant    = $((Get-MgContext).TenantId)"
Write-Host "    client-id = $AppId"
Get-ServicePrincipal -Identity $Enterprise.Id | Format-List DisplayName, AppId, ObjectId
Test-ServicePrincipalAuthorization -Identity $Enterprise.Id -Resource $Mailbox |
    Format-Table RoleName, AllowedResourceScope, InScope    # InScope must be True
Get-CASMailbox -Identity $Mailbox | Format-List SmtpClientAuthenticationDisabled            # must be False
Get-Mailbox -Identity $Mailbox | Format-List MessageCopyForSMTPClientSubmissionEnabled      # should be False
Write-Host 'Done. The changes can take up to an hour to take effect. Then run on the relay: o365-relay check'
