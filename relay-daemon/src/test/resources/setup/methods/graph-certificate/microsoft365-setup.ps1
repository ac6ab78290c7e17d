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
$GraphEnvironment    = 'USGov'
$CertificateFile     = 'relay-certificate.cer'
$Permissions         = @(
    @{ Api = '00000003-0000-0000-c000-000000000000'; Name = 'Mail.Send' },
    @{ Api = '00000003-0000-0000-c000-000000000000'; Name = 'Mail.ReadWrite' }
)
$Roles               = @('Application Mail.Send', 'Application Mail.ReadWrite')
$ExchangeEnvironment = 'O365USGovGCCHigh'

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

    # The certificate of the app: only the certificate, which must be in the same directory as this script; the private
    # key stays on the relay.
    # By hand: https://entra.microsoft.com > App registrations > (the app) > Certificates & secrets > Certificates >
    # Upload certificate.
    Write-Step 'Certificate of the app'
    $File = Join-Path $PSScriptRoot $CertificateFile
    if (-not (Test-Path -LiteralPath $File)) { throw "$File is missing. Copy it from the relay and run this script again." }
    $Certificate = New-Object System.Security.Cryptography.X509Certificates.X509Certificate2 -ArgumentList $File
    $Encoded = [Convert]::ToBase64String($Certificate.RawData)
    $Known = @($App.KeyCredentials | Where-Object { $_.Key -and [Convert]::ToBase64String($_.Key) -eq $Encoded })
    if ($Known.Count -eq 0) {
        $Keys = @($App.KeyCredentials | Where-Object { $_ })
        $Keys += @{ Type = 'AsymmetricX509Cert'; Usage = 'Verify'; Key = $Certificate.RawData; DisplayName = 'o365-relay' }
        Update-MgApplication -ApplicationId $App.Id -KeyCredentials $Keys
        Write-Host "Uploaded the certificate; it is valid until $($Certificate.NotAfter.ToString('yyyy-MM-dd'))."
    } else {
        Write-Host "The certificate is uploaded already; it is valid until $($Certificate.NotAfter.ToString('yyyy-MM-dd'))."
    }

    # No API permissions: the app gets its roles in Exchange (RBAC), in part 2. An additional API permission would cover
    # every mailbox (Mail.Send), or require FullAccess (SMTP.SendAsApp).
    # By hand: https://entra.microsoft.com > Enterprise applications > (the app) > Permissions.
    Write-Step 'API permissions (the app must have none)'
    $Granted = @(Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $Enterprise.Id -All)
    foreach ($Permission in $Permissions) {
        $Api = Get-MgServicePrincipal -Filter "appId eq '$($Permission.Api)'"
        $Role = $Api.AppRoles | Where-Object { $_.Value -eq $Permission.Name -and $_.AllowedMemberTypes -contains 'Application' }
        if ($Granted | Where-Object { $_.ResourceId -eq $Api.Id -and $_.AppRoleId -eq $Role.Id }) {
            Write-Warning "The app has the API permission $($Permission.Name). Remove it: use either RBAC or API permissions, not both."
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

    # Roles of the app for this mailbox only (RBAC for Applications). A new assignment can take up to two hours to take
    # effect. If Exchange requires it, run Enable-OrganizationCustomization once, and this script again an hour later.
    $Scope = "$AppName $Mailbox"
    $Scope = $Scope.Substring(0, [Math]::Min(64, $Scope.Length))
    if (-not (Get-ManagementScope -Identity $Scope -ErrorAction SilentlyContinue)) {
        $Quoted = $Mailbox.Replace("'", "''")
        New-ManagementScope -Name $Scope -RecipientRestrictionFilter "PrimarySmtpAddress -eq '$Quoted'" | Out-Null
    }
    foreach ($Role in $Roles) {
        $Assigned = Get-ManagementRoleAssignment -Role $Role -ErrorAction SilentlyContinue |
            Where-Object { $_.CustomResourceScope -eq $Scope }
        if ($Assigned) {
            Write-Host "$Role for $Mailbox is assigned already."
        } else {
            Invoke-Retrying {
                New-ManagementRoleAssignment -App $Entra.ObjectId -Role $Role -CustomResourceScope $Scope
            } | Out-Null
            Write-Host "Assigned $Role for $Mailbox."
        }
    }
    Test-ServicePrincipalAuthorization -Identity $Entra.ObjectId -Resource $Mailbox |
        Format-Table -Property 'RoleName', 'AllowedResourceScope', 'InScope' | Out-Host    # InScope must be True
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
Write-Host 'The changes can take up to an hour to take effect, RBAC roles up to two. Then run on the relay: o365-relay check'
