#
# Lets o365-relay send mail with Microsoft 365. Written by "o365-relay setup".
#
# Who runs it: an administrator of the tenant, in PowerShell 7 or Windows PowerShell 5.1:
#     powershell -ExecutionPolicy Bypass -File .\microsoft365-setup.ps1
# Exchange Administrator is needed; where there is an app, also Privileged Role Administrator, who may grant consent.
# It looks before it changes anything, so it may be run again at any time. Read it first: every step says what it does,
# and where to click instead.

$ErrorActionPreference = 'Stop'

# ---- What "o365-relay setup" was told ------------------------------------------------------------------------------
$AppName             = 'o365-relay'
$Mailbox             = 'relay@contoso.example'
$Tenant              = 'contoso.onmicrosoft.com'
$AppId               = '11111111-2222-3333-4444-555555555555'
$GraphEnvironment    = 'Global'
$CertificateFile     = 'relay-certificate.cer'
$Permissions         = @(
    @{ Api = '00000002-0000-0ff1-ce00-000000000000'; Name = 'SMTP.SendAsApp' }
)
$SendAs              = @('info@contoso.example')
$SendAsDomains       = @()
$ExchangeEnvironment = 'O365Default'

# ---- The app the relay signs in as ---------------------------------------------------------------------------------
# By hand: https://entra.microsoft.com > App registrations > New registration: name o365-relay, "Accounts in this
# organizational directory only", no redirect URI. Its Overview shows the Application (client) ID and the Directory
# (tenant) ID, which relay.conf needs.

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
    if ($App.Count -gt 1) { throw "There are several apps called $AppName; put the ID of the right one into `$AppId above." }
}
if ($App.Count -eq 0) {
    $App = @(New-MgApplication -DisplayName $AppName -SignInAudience 'AzureADMyOrg')
    Write-Host "Made the app registration $AppName."
}
$App = Get-MgApplication -ApplicationId $App[0].Id -Property 'id,appId,displayName,keyCredentials,passwordCredentials'
$AppId = $App.AppId

# The Enterprise application is the app's account in this tenant. Exchange wants the object ID of this one, and not that
# of the app registration. By hand: https://entra.microsoft.com > Enterprise applications > (the app) > Object ID.
$Enterprise = Get-MgServicePrincipal -Filter "appId eq '$AppId'"
if (-not $Enterprise) { $Enterprise = New-MgServicePrincipal -AppId $AppId }

# ---- The app's certificate -----------------------------------------------------------------------------------------
# The public half only, to be found beside this script; the key never leaves the relay.
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

# ---- What the app may do: API permissions with admin consent -------------------------------------------------------
# By hand: https://entra.microsoft.com > App registrations > (the app) > API permissions > Add a permission > APIs my
# organization uses > (the API) > Application permissions > (the permission), then "Grant admin consent".
# 00000002-0000-0ff1-ce00-000000000000 is Office 365 Exchange Online, 00000003-0000-0000-c000-000000000000 Microsoft Graph.

$Granted = @(Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $Enterprise.Id -All)
foreach ($Permission in $Permissions) {
    $Api = Get-MgServicePrincipal -Filter "appId eq '$($Permission.Api)'"
    $Role = $Api.AppRoles | Where-Object { $_.Value -eq $Permission.Name -and $_.AllowedMemberTypes -contains 'Application' }
    if (-not ($Granted | Where-Object { $_.ResourceId -eq $Api.Id -and $_.AppRoleId -eq $Role.Id })) {
        New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $Enterprise.Id `
            -PrincipalId $Enterprise.Id -ResourceId $Api.Id -AppRoleId $Role.Id | Out-Null
        Write-Host "Granted $($Permission.Name)."
    }
}

# ---- Exchange Online -----------------------------------------------------------------------------------------------

if (-not (Get-Module -ListAvailable -Name ExchangeOnlineManagement)) {
    Install-Module -Name ExchangeOnlineManagement -Scope CurrentUser
}
Connect-ExchangeOnline -ExchangeEnvironmentName $ExchangeEnvironment -ShowBanner:$false

# ---- The app in Exchange -------------------------------------------------------------------------------------------
# Exchange has its own list of apps. With the wrong object ID signing in fails with "535 5.7.3".

$Principal = Get-ServicePrincipal | Where-Object { $_.AppId -eq $AppId }
if ($Principal -and $Principal.ObjectId -ne $Enterprise.Id) {
    throw "Exchange knows the app with another object ID. Remove-ServicePrincipal -Identity $($Principal.ObjectId), then run this again."
}
if (-not $Principal) {
    $Principal = New-ServicePrincipal -AppId $AppId -ObjectId $Enterprise.Id -DisplayName $AppName
    Write-Host 'Made the app known to Exchange.'
}
$Trustees = @($Mailbox, $Enterprise.Id)

# ---- The app may use this mailbox ----------------------------------------------------------------------------------
# FullAccess belongs to the API permission SMTP.SendAsApp. (Instead of both there is RBAC; never mix the two.)

$Access = Get-MailboxPermission -Identity $Mailbox -User $Enterprise.Id -ErrorAction SilentlyContinue
if (-not ($Access | Where-Object { $_.AccessRights -contains 'FullAccess' })) {
    Add-MailboxPermission -Identity $Mailbox -User $Enterprise.Id -AccessRights FullAccess -AutoMapping $false | Out-Null
    Write-Host 'Gave the app FullAccess to the mailbox.'
}

# ---- SMTP for this mailbox -----------------------------------------------------------------------------------------
# SMTP AUTH has to be on, with OAuth too. This is for the mailbox only; the organization's switch may stay off.
# By hand: https://admin.microsoft.com > Users > Active users > (the mailbox) > Mail > Manage email apps >
# Authenticated SMTP.

if ((Get-CASMailbox -Identity $Mailbox).SmtpClientAuthenticationDisabled -ne $false) {
    Set-CASMailbox -Identity $Mailbox -SmtpClientAuthenticationDisabled $false
    Write-Host 'Switched SMTP AUTH on for the mailbox.'
}

# Without this every mail is kept in Sent Items as well, until the mailbox is full and sends nothing any more.
if ((Get-Mailbox -Identity $Mailbox).MessageCopyForSMTPClientSubmissionEnabled -ne $false) {
    Set-Mailbox -Identity $Mailbox -MessageCopyForSMTPClientSubmissionEnabled $false
}

# ---- Other addresses the relay may send as -------------------------------------------------------------------------
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
    Write-Warning "Send As cannot be given for $Domain as a whole: add each of its addresses to `$SendAs above."
}

# ---- What it is like now -------------------------------------------------------------------------------------------

Write-Host 'For relay.conf:'
Write-Host "    tenant    = $((Get-MgContext).TenantId)"
Write-Host "    client-id = $AppId"
Get-ServicePrincipal -Identity $Enterprise.Id | Format-List DisplayName, AppId, ObjectId
Get-MailboxPermission -Identity $Mailbox -User $Enterprise.Id | Format-Table Identity, User, AccessRights
Get-CASMailbox -Identity $Mailbox | Format-List SmtpClientAuthenticationDisabled            # must be False
Get-Mailbox -Identity $Mailbox | Format-List MessageCopyForSMTPClientSubmissionEnabled      # should be False
foreach ($Address in $SendAs) { Get-RecipientPermission -Identity $Address | Format-Table Identity, Trustee, AccessRights }
Write-Host 'Done. It can take up to an hour until everything counts. Then, on the relay: o365-relay check'
