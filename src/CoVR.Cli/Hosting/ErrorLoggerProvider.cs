using System.Diagnostics.CodeAnalysis;
using CoVR.Reproduction.Benchmarks;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Hosting;

/// <summary>Writes logs of the libraries to standard error: warnings always, the rest on request.</summary>
/// <param name="error">Standard error; safe for several threads.</param>
[SuppressMessage("Design", "CA1001", Justification = "The writer belongs to the process.")]
internal sealed class ErrorLoggerProvider(TextWriter error) : ILoggerProvider
{
    // Failures of these categories are outcomes, which commands report themselves.
    private static readonly string[] ToldElsewhere = [typeof(IEmbeddingJob).FullName!, typeof(BenchmarkRunner).FullName!];

    /// <summary>Whether everything is written.</summary>
    public bool Verbose { get; set; }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new ErrorLogger(this, categoryName, error);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class ErrorLogger(ErrorLoggerProvider provider, string category, TextWriter error) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= (provider.Verbose ? LogLevel.Debug : Least) && logLevel != LogLevel.None;

        private LogLevel Least => ToldElsewhere.Contains(category) ? LogLevel.Error : LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var level = logLevel.ToString().ToLowerInvariant();
                error.WriteLine($"{level}: {(provider.Verbose ? $"{category}: " : "")}{formatter(state, exception)}{(provider.Verbose && exception is not null ? $"{Environment.NewLine}{exception}" : "")}");
            }
        }
    }
}
