#Requires -Version 5.1
#
# Allows o365-relay to send mail with Microsoft 365. Written by "o365-relay setup".
#
# Run it as an administrator of the tenant, in PowerShell 7 or Windows PowerShell 5.1:
#     powershell -ExecutionPolicy Bypass -File .\microsoft365-setup.ps1
# It needs the role Exchange Administrator; with an app also Application Administrator and, to grant consent, Privileged
# Role Administrator. Entra and Exchange Online each ask for a sign-in. Review the script first: each step explains what
# it does and how to do the same in the admin centers. Every step checks the current state before it changes anything,
# so the script can be run again at any time: it adds only what is missing. At the end it prints the settings for
# relay.conf.

param(
    [string]$Part,             # used by the script itself: the part that this process runs
    [string]$ResultFile        # used by the script itself: passes IDs between the parts
)
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

# ---- Functions -----------------------------------------------------------------------------------------------------

function Write-Step([string]$Text) { Write-Host ''; Write-Host "== $Text" }

# Loads a module; if it is missing or too old, installs it for the current user.
function Use-Module([string]$Name, [version]$Minimum) {
    $Installed = @(Get-Module -ListAvailable -Name $Name | Where-Object { $_.Version -ge $Minimum })
    if ($Installed.Count -eq 0) {
        Write-Host "Installing the PowerShell module $Name for the current user ..."
        [Net.ServicePointManager]::SecurityProtocol =
            [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
        Install-Module -Name $Name -MinimumVersion $Minimum -Scope CurrentUser -Force -AllowClobber
    }
    Import-Module -Name $Name -MinimumVersion $Minimum
}

# Retries for a minute: Microsoft 365 takes some time to make a new object known everywhere.
function Invoke-Retrying([scriptblock]$Action) {
    for ($Try = 1; ; $Try++) {
        try {
            return & $Action
        } catch {
            if ($Try -ge 7 -or "$_" -match 'denied|forbidden|privileges|not recognized') { throw }
            Write-Host "Not possible yet, trying again in 10 seconds: $($_.Exception.Message)"
        }
        Start-Sleep -Seconds 10
    }
}

# ---- Part 1: Microsoft Entra ---------------------------------------------------------------------------------------

function Set-Entra {
    Write-Step 'Sign in to Microsoft Entra (a window opens)'
    Use-Module 'Microsoft.Graph.Authentication' '2.0.0'
    Use-Module 'Microsoft.Graph.Applications' '2.0.0'
    Connect-MgGraph -TenantId $Tenant -Environment $GraphEnvironment -NoWelcome `
        -Scopes 'Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All'

    # The app registration of the relay.
    # By hand: https://entra.microsoft.com > App registrations > New registration: name o365-relay, "Accounts in this
    # organizational directory only", no redirect URI. Its Overview shows the Application (client) ID and the Directory
    # (tenant) ID for relay.conf.
    Write-Step 'App registration'
    if ($AppId) {
        $Found = @(Get-MgApplication -Filter "appId eq '$AppId'")
        if ($Found.Count -eq 0) { throw "There is no app registration with the Application (client) ID $AppId in $Tenant." }
    } else {
        $Found = @(Get-MgApplication -Filter "displayName eq '$AppName'")
        if ($Found.Count -gt 1) {
            throw "There are several apps named $AppName; set `$AppId at the beginning of this script to the ID of the right one."
        }
    }
    if ($Found.Count -eq 0) {
        $Found = @(New-MgApplication -DisplayName $AppName -SignInAudience 'AzureADMyOrg')
        Write-Host "Created the app registration $AppName."
    } else {
        Write-Host "The app registration $($Found[0].DisplayName) exists."
    }
    $App = Invoke-Retrying {
        Get-MgApplication -ApplicationId $Found[0].Id `
            -Property 'id,appId,displayName,keyCredentials,passwordCredentials,requiredResourceAccess'
    }

    # The enterprise application (service principal) represents the app in this tenant. Exchange needs its object ID,
    # not the one of the app registration.
    # By hand: https://entra.microsoft.com > Enterprise applications > (the app) > Object ID.
    $Enterprise = Get-MgServicePrincipal -Filter "appId eq '$($App.AppId)'"
    if (-not $Enterprise) {
        $Enterprise = Invoke-Retrying { New-MgServicePrincipal -AppId $App.AppId }
        Write-Host 'Created its enterprise application.'
    }
    $Result = @{ TenantId = (Get-MgContext).TenantId; AppId = $App.AppId; ObjectId = $Enterprise.Id }

    # Sign-in with a device code.
    # By hand: https://entra.microsoft.com > App registrations > (the app) > Authentication > Allow public client flows:
    # Yes. API permissions > Add a permission > Microsoft Graph > Delegated permissions > SMTP.Send and offline_access,
    # then "Grant admin consent" if users are not permitted to consent.
    Write-Step 'Sign-in with a device code'
    Update-MgApplication -ApplicationId $App.Id -IsFallbackPublicClient:$true
    $Api = Get-MgServicePrincipal -Filter "appId eq '00000003-0000-0000-c000-000000000000'"
    $Wanted = @($Api.Oauth2PermissionScopes | Where-Object { $_.Value -in 'SMTP.Send', 'offline_access' })
    $Requested = @($App.RequiredResourceAccess | ForEach-Object { $_.ResourceAccess } | ForEach-Object { $_.Id })
    $Missing = @($Wanted | Where-Object { $Requested -notcontains $_.Id })
    if ($Missing.Count -gt 0) {
        $Resources = @($App.RequiredResourceAccess | Where-Object { $_ -and $_.ResourceAppId -ne $Api.AppId })
        $Access = @($App.RequiredResourceAccess | Where-Object { $_.ResourceAppId -eq $Api.AppId } |
                ForEach-Object { $_.ResourceAccess } | ForEach-Object { @{ Id = $_.Id; Type = $_.Type } })
        $Access += @($Missing | ForEach-Object { @{ Id = $_.Id; Type = 'Scope' } })
        $Resources += @{ ResourceAppId = $Api.AppId; ResourceAccess = $Access }
        Update-MgApplication -ApplicationId $App.Id -RequiredResourceAccess $Resources
    }
    Write-Host 'The app may use device codes and requests SMTP.Send and offline_access.'
    Write-Warning ('Microsoft-managed Conditional Access policies block device codes in many tenants: check the policy ' +
        '"Block device code flow" (https://entra.microsoft.com > Conditional Access) before a user signs in.')

    $Result | ConvertTo-Json | Set-Content -LiteralPath $ResultFile -Encoding UTF8
    Disconnect-MgGraph | Out-Null
}

# ---- Part 2: Exchange Online ---------------------------------------------------------------------------------------

function Set-Exchange {
    Write-Step 'Sign in to Exchange Online (a window opens)'
    Use-Module 'ExchangeOnlineManagement' '3.2.0'
    Connect-ExchangeOnline -ExchangeEnvironmentName $ExchangeEnvironment -ShowBanner:$false

    # The mailbox that sends. A user signs in to it, so it must be a user's mailbox with a license for Exchange Online.
    # By hand: https://admin.microsoft.com > Users > Active users > Add a user.
    Write-Step "The mailbox $Mailbox"
    if (-not (Get-Mailbox -Identity $Mailbox -ErrorAction SilentlyContinue)) {
        throw "There is no mailbox $Mailbox. Create a user with a license for Exchange Online, and run this script again."
    }
    Write-Host 'It exists.'

    # SMTP AUTH must be enabled, even with OAuth. This enables it for the mailbox only; it may stay off for the
    # organization.
    # By hand: https://admin.microsoft.com > Users > Active users > (the mailbox) > Mail > Manage email apps >
    # Authenticated SMTP.
    Write-Step 'SMTP AUTH of the mailbox'
    if ((Get-CASMailbox -Identity $Mailbox).SmtpClientAuthenticationDisabled -ne $false) {
        Invoke-Retrying { Set-CASMailbox -Identity $Mailbox -SmtpClientAuthenticationDisabled $false }
        Write-Host 'Enabled it for this mailbox.'
    } else {
        Write-Host 'It is enabled for this mailbox.'
    }

    # Otherwise a copy of every message is kept in Sent Items, until the mailbox is full and cannot send.
    if ((Get-Mailbox -Identity $Mailbox).MessageCopyForSMTPClientSubmissionEnabled -ne $false) {
        Set-Mailbox -Identity $Mailbox -MessageCopyForSMTPClientSubmissionEnabled $false
        Write-Host 'Disabled copies of sent messages in Sent Items.'
    }

    # The mailbox itself signs in, so it needs the Send As permissions.
    $Trustees = @($Mailbox)

    # Send As permissions for other addresses.
    # By hand: https://admin.exchange.microsoft.com > Recipients > (the other mailbox or group) > Delegation > Send as.
    Write-Step 'Send As permissions'
    foreach ($Address in $SendAs) {
        foreach ($Trustee in $Trustees) {
            $Right = Get-RecipientPermission -Identity $Address -Trustee $Trustee -ErrorAction SilentlyContinue
            if ($Right | Where-Object { $_.AccessRights -contains 'SendAs' }) {
                Write-Host "$Trustee may send as $Address already."
            } else {
                Add-RecipientPermission -Identity $Address -Trustee $Trustee -AccessRights SendAs -Confirm:$false | Out-Null
                Write-Host "Allowed $Trustee to send as $Address."
            }
        }
    }
    foreach ($Domain in $SendAsDomains) {
        Write-Warning "Send As cannot be granted for the whole domain ${Domain}: add each of its addresses to `$SendAs above."
    }
    Disconnect-ExchangeOnline -Confirm:$false
}

# ---- Each part runs in a process of its own ------------------------------------------------------------------------
# The modules for Entra and for Exchange load the same libraries in ways that conflict: in one process, the second
# sign-in fails.

function Start-Part([string]$Name) {
    & $PowerShell -NoProfile -ExecutionPolicy Bypass -File $PSCommandPath -Part $Name -ResultFile $Shared @Switches
    if ($LASTEXITCODE -ne 0) {
        Write-Host ''
        Write-Host "The part $Name failed; its error is above. Correct the cause and run this script again: what is done is kept."
        exit 1
    }
}

if ($Part -eq 'Entra') {
    Set-Entra
    exit
}
if ($Part -eq 'Exchange') {
    Set-Exchange
    exit
}
if (-not $PSCommandPath) { throw 'Save this script as a file, and run the file.' }
$PowerShell = (Get-Process -Id $PID).Path
if ((Split-Path -Leaf $PowerShell) -notmatch '^(pwsh|powershell)(\.exe)?$') {
    $PowerShell = @(Get-Command -Name 'pwsh', 'powershell' -CommandType Application -ErrorAction SilentlyContinue)[0].Source
}
$Switches = @()
foreach ($Name in $PSBoundParameters.Keys) { if ($PSBoundParameters[$Name]) { $Switches += "-$Name" } }
$Shared = [IO.Path]::GetTempFileName()    # only the current user can read it; it contains IDs, no secret
try {
    Start-Part 'Entra'
    Start-Part 'Exchange'
    $Done = Get-Content -LiteralPath $Shared -Raw | ConvertFrom-Json
} finally {
    Remove-Item -LiteralPath $Shared
}

Write-Step 'Done'
Write-Host 'Set in relay.conf, in the section credential:'
Write-Host ''
Write-Host "    tenant = `"$($Done.TenantId)`""
Write-Host "    client-id = `"$($Done.AppId)`""
Write-Host ''
Write-Host 'Then run on the relay, and sign in as the mailbox: o365-relay login'
Write-Host ''
Write-Host 'The changes can take up to an hour to take effect, RBAC roles up to two. Then run on the relay: o365-relay check'
