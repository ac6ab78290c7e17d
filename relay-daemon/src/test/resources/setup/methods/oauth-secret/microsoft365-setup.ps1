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
    [switch]$NewSecret,        # create another client secret even if a valid one exists
    [switch]$CreateMailbox,    # create the shared mailbox without asking if it does not exist
    [string]$Part,             # used by the script itself: the part that this process runs
    [string]$ResultFile        # used by the script itself: passes IDs between the parts
)
$ErrorActionPreference = 'Stop'

# ---- The settings from "o365-relay setup" --------------------------------------------------------------------------
$AppName             = 'o365-relay'
$Mailbox             = 'relay@contoso.example'
$Tenant              = 'contoso.example'
$AppId               = '11111111-2222-3333-4444-555555555555'
$GraphEnvironment    = 'Global'
$Permissions         = @(
    @{ Api = '00000002-0000-0ff1-ce00-000000000000'; Name = 'SMTP.SendAsApp' }
)
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

    # The client secret of the app.
    # By hand: https://entra.microsoft.com > App registrations > (the app) > Certificates & secrets > Client secrets >
    # New client secret. Copy the column Value, not the Secret ID; it is shown only once.
    Write-Step 'Client secret of the app'
    $Valid = @($App.PasswordCredentials | Where-Object { $_.EndDateTime -gt (Get-Date) } | Sort-Object -Property EndDateTime)
    if ($NewSecret -or $Valid.Count -eq 0) {
        $Secret = Invoke-Retrying {
            Add-MgApplicationPassword -ApplicationId $App.Id `
                -PasswordCredential @{ DisplayName = 'o365-relay'; EndDateTime = (Get-Date).AddMonths(12) }
        }
        Write-Host 'Created a client secret. Put it into the file client-secret next to relay.conf; it is shown only this once:'
        Write-Host ''
        Write-Host "    $($Secret.SecretText)"
        Write-Host ''
        if ($Valid.Count -gt 0) { Write-Host 'The previous secrets stay valid until they expire or you delete them.' }
    } else {
        $Secret = $Valid[-1]
        Write-Host "The app has a client secret that is valid until $($Secret.EndDateTime.ToString('yyyy-MM-dd')); no other is created."
        Write-Host 'Microsoft never shows it again. If you do not have it, run this script with -NewSecret.'
    }
    $Result.SecretExpires = $Secret.EndDateTime.ToString('yyyy-MM-dd')

    # The API permissions of the app, with admin consent.
    # By hand: https://entra.microsoft.com > App registrations > (the app) > API permissions > Add a permission > APIs my
    # organization uses > (the API) > Application permissions > (the permission), then "Grant admin consent".
    # 00000002-0000-0ff1-ce00-000000000000 is Office 365 Exchange Online, 00000003-0000-0000-c000-000000000000 Graph.
    Write-Step 'API permissions with admin consent'
    $Granted = @(Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $Enterprise.Id -All)
    foreach ($Permission in $Permissions) {
        $Api = Get-MgServicePrincipal -Filter "appId eq '$($Permission.Api)'"
        $Role = $Api.AppRoles | Where-Object { $_.Value -eq $Permission.Name -and $_.AllowedMemberTypes -contains 'Application' }
        if (-not $Role) { throw "The API $($Permission.Api) of this tenant has no permission $($Permission.Name)." }
        if ($Granted | Where-Object { $_.ResourceId -eq $Api.Id -and $_.AppRoleId -eq $Role.Id }) {
            Write-Host "$($Permission.Name) is granted already."
        } else {
            Invoke-Retrying {
                New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $Enterprise.Id `
                    -PrincipalId $Enterprise.Id -ResourceId $Api.Id -AppRoleId $Role.Id
            } | Out-Null
            Write-Host "Granted $($Permission.Name)."
        }
    }

    $Result | ConvertTo-Json | Set-Content -LiteralPath $ResultFile -Encoding UTF8
    Disconnect-MgGraph | Out-Null
}

# ---- Part 2: Exchange Online ---------------------------------------------------------------------------------------

function Set-Exchange {
    $Entra = Get-Content -LiteralPath $ResultFile -Raw | ConvertFrom-Json
    Write-Step 'Sign in to Exchange Online (a window opens)'
    Use-Module 'ExchangeOnlineManagement' '3.2.0'
    Connect-ExchangeOnline -ExchangeEnvironmentName $ExchangeEnvironment -ShowBanner:$false

    # The mailbox that sends. A shared mailbox needs no license.
    # By hand: https://admin.exchange.microsoft.com > Recipients > Mailboxes > Add a shared mailbox.
    Write-Step "The mailbox $Mailbox"
    if (Get-Mailbox -Identity $Mailbox -ErrorAction SilentlyContinue) {
        Write-Host 'It exists.'
    } else {
        if (-not $CreateMailbox) {
            $Answer = Read-Host 'It does not exist. Create it as a shared mailbox, which needs no license? (y/n)'
            if ($Answer -notmatch '^[yY]') { throw "There is no mailbox $Mailbox. Create it, and run this script again." }
        }
        $MailboxName = $Mailbox.Split('@')[0]
        New-Mailbox -Shared -Name $MailboxName -PrimarySmtpAddress $Mailbox | Out-Null
        Invoke-Retrying { Get-Mailbox -Identity $Mailbox } | Out-Null
        Write-Host 'Created it as a shared mailbox.'
    }

    # The app in Exchange, which has its own list of service principals. With a wrong object ID, sign-in fails with
    # "535 5.7.3".
    Write-Step 'The app in Exchange'
    $Principal = Get-ServicePrincipal | Where-Object { $_.AppId -eq $Entra.AppId }
    if ($Principal -and $Principal.ObjectId -ne $Entra.ObjectId) {
        throw "The app has another object ID in Exchange. Run Remove-ServicePrincipal -Identity $($Principal.ObjectId), then this script again."
    }
    if ($Principal) {
        Write-Host 'The service principal of the app exists.'
    } else {
        Invoke-Retrying {
            New-ServicePrincipal -AppId $Entra.AppId -ObjectId $Entra.ObjectId -DisplayName $AppName
        } | Out-Null
        Write-Host 'Created the service principal of the app.'
    }

    # Access of the app to the mailbox: the API permission SMTP.SendAsApp requires FullAccess. (RBAC replaces both; do
    # not combine them.)
    $Access = Get-MailboxPermission -Identity $Mailbox -User $Entra.ObjectId -ErrorAction SilentlyContinue
    if ($Access | Where-Object { $_.AccessRights -contains 'FullAccess' }) {
        Write-Host 'The app has FullAccess to the mailbox.'
    } else {
        Invoke-Retrying {
            Add-MailboxPermission -Identity $Mailbox -User $Entra.ObjectId -AccessRights FullAccess -AutoMapping $false
        } | Out-Null
        Write-Host 'Granted the app FullAccess to the mailbox.'
    }

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
Write-Host "    client-secret-expires = `"$($Done.SecretExpires)`""
Write-Host ''
Write-Host 'The client secret itself (above) belongs in the file client-secret next to relay.conf.'
Write-Host ''
Write-Host 'The changes can take up to an hour to take effect, RBAC roles up to two. Then run on the relay: o365-relay check'
