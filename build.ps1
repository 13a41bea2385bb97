#!/usr/bin/env pwsh
# Does everything on a machine that has the .NET 10 SDK:
#   ./build.ps1 demo [arguments]   trains, searches and evaluates a small world; arguments are those of 'covr demo' (--seed 2)
#   ./build.ps1 test               restores, builds, checks the format and runs every test project
#   ./build.ps1 pack               makes the packages in the folder feed
#   ./build.ps1 house              measures the sources against the limits in CONTRIBUTING.md
param(
    [Parameter(Position = 0)][string]$Command = '',
    [Parameter(ValueFromRemainingArguments)][string[]]$Rest = @()
)
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'
$env:MSBUILDDISABLENODEREUSE = '1'
$configuration = 'Release'
$script:passed = 0
$script:failed = 0
$script:skipped = 0
$script:status = 0

function Stop-WithError([string]$message) {
    [Console]::Error.WriteLine("error: $message")
    exit 1
}

function Test-Tool([string]$name) { $null -ne (Get-Command $name -ErrorAction SilentlyContinue) }

function Test-Ffmpeg { (Test-Tool 'ffmpeg') -and (Test-Tool 'ffprobe') }

function Assert-Dotnet {
    if (-not (Test-Tool 'dotnet')) { Stop-WithError "the .NET 10 SDK is not installed (no 'dotnet' on the path); get it from https://dot.net" }
    dotnet --version *> $null
    if ($LASTEXITCODE -ne 0) { Stop-WithError "no installed .NET SDK fits global.json (10.0.100 or newer); installed: $(dotnet --list-sdks)" }
}

function Install-Ffmpeg {
    if (Test-Tool 'winget') {
        winget install --id Gyan.FFmpeg --exact --silent --accept-package-agreements --accept-source-agreements
    }
    elseif (Test-Tool 'choco') {
        choco install ffmpeg --yes
    }
    elseif (Test-Tool 'brew') {
        brew install ffmpeg
    }
    else {
        Stop-WithError 'ffmpeg and ffprobe are missing and neither winget, choco nor brew is here; install ffmpeg so that both are on the path'
    }
    if ($LASTEXITCODE -ne 0) { Stop-WithError 'the package manager could not install ffmpeg; see its messages above' }
    if ($env:OS -eq 'Windows_NT') {
        # A new entry of the path is seen by new processes only.
        $env:Path = [Environment]::GetEnvironmentVariable('Path', 'Machine') + ';' + [Environment]::GetEnvironmentVariable('Path', 'User')
    }
}

function Assert-Ffmpeg {
    if (Test-Ffmpeg) { return }
    Write-Host "ffmpeg or ffprobe is missing; installing it with the system's package manager ..."
    Install-Ffmpeg
    if (-not (Test-Ffmpeg)) { Stop-WithError 'ffmpeg was installed but ffmpeg and ffprobe are still not on the path; open a new terminal' }
}

function Invoke-Demo {
    $output = if ($Rest -match '^--output') { @() } else { @('--output', 'artifacts/quickstart') }
    dotnet build src/CoVR.Cli/CoVR.Cli.csproj -c $configuration --nologo -v quiet
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
    dotnet run --project src/CoVR.Cli -c $configuration --no-build '--' demo @output @Rest
    exit $LASTEXITCODE
}

# Adds the counts of one report; a missing or empty report is a failure.
function Add-Counts([string]$report, [string]$name, [int]$code) {
    $counters = if (Test-Path $report) { ([xml](Get-Content $report -Raw)).TestRun.ResultSummary.Counters }
    if ($null -eq $counters -or [int]$counters.total -eq 0) {
        Write-Host "${name}: no test ran (exit code $code)"
        $script:failed++
        $script:status = 1
        return
    }
    $bad = [int]$counters.failed + [int]$counters.error + [int]$counters.timeout + [int]$counters.aborted
    $script:passed += [int]$counters.passed
    $script:failed += $bad
    $script:skipped += [int]$counters.total - [int]$counters.passed - $bad
    if ($code -ne 0) {
        $script:status = 1
        if ($bad -eq 0) {
            Write-Host "${name}: exit code $code without a failed test"
            $script:failed++
        }
    }
}

function Complete-Tests([int]$code) {
    Write-Host ''
    Write-Host "$script:passed passed, $script:failed failed, $script:skipped skipped"
    exit $code
}

# Not those that mostly start other processes, compare with fixtures or fuzz in tight loops.
$notCovered = 'Architecture', 'Cli', 'EndToEnd', 'Modeling', 'Parity', 'Training' | ForEach-Object { "CoVR.$_.Tests" }

function Invoke-Project([IO.FileInfo]$project) {
    $results = Join-Path $PWD 'artifacts/test-results'
    $report = Join-Path $results "$($project.BaseName).trx"
    Write-Host ''
    Write-Host "== $($project.BaseName)"
    Remove-Item $report -ErrorAction SilentlyContinue
    $coverage = if ($notCovered -contains $project.BaseName) { @() } else {
        @('--coverlet', '--coverlet-include', '[CoVR]*', '--coverlet-include', '[CoVR.*]*', '--coverlet-exclude', '[CoVR.*Tests]*', '--coverlet-exclude', '[CoVR.Conformance]*', '--coverlet-exclude', '[CoVR.TestSupport]*', '--coverlet-output-format', 'cobertura', '--coverlet-file-prefix', $project.BaseName, '--coverlet-single-hit')
    }
    dotnet run --project $project.FullName -c $configuration --no-build '--' @coverage `
        --results-directory $results --report-xunit-trx --report-xunit-trx-filename "$($project.BaseName).trx" --timeout 12m | Out-Host
    Add-Counts $report $project.BaseName $LASTEXITCODE
}

function Invoke-Tests {
    New-Item 'artifacts/test-results' -ItemType Directory -Force | Out-Null
    Write-Host '== restore and build'
    dotnet restore CoVR.sln --nologo
    if ($LASTEXITCODE -ne 0) { Complete-Tests 1 }
    dotnet build CoVR.sln -c $configuration --no-restore --nologo -v minimal
    if ($LASTEXITCODE -ne 0) { Complete-Tests 1 }
    Write-Host ''
    Write-Host '== format'
    dotnet format CoVR.sln --verify-no-changes --no-restore
    if ($LASTEXITCODE -ne 0) {
        Write-Host "format: run 'dotnet format' and commit the changes"
        $script:status = 1
    }
    foreach ($project in Get-ChildItem 'tests/*/*.Tests.csproj' | Sort-Object FullName) { Invoke-Project $project }
    Write-Host ''
    Write-Host '== coverage of the libraries by the tests that count for it'
    dotnet run --project eng/House -c $configuration --no-build '--' coverage artifacts/test-results | Out-Host
    Complete-Tests $script:status
}

function Invoke-Pack {
    $version = if ($Rest.Count -gt 0) { @("-p:MinVerVersionOverride=$($Rest[0])") } else { @() }
    dotnet pack CoVR.sln -c $configuration --nologo -o feed -p:ContinuousIntegrationBuild=true @version
    exit $LASTEXITCODE
}

function Invoke-House {
    dotnet run --project eng/House -c $configuration '--' @Rest
    exit $LASTEXITCODE
}

switch ($Command) {
    'demo' { Assert-Dotnet; Assert-Ffmpeg; Invoke-Demo }
    'test' { Assert-Dotnet; Assert-Ffmpeg; Invoke-Tests }
    'pack' { Assert-Dotnet; Invoke-Pack }
    'house' { Assert-Dotnet; Invoke-House }
    default {
        Get-Content $PSCommandPath -TotalCount 6 | Select-Object -Skip 1 | ForEach-Object { $_.TrimStart('#', ' ') } | Write-Host
        exit 2
    }
}
