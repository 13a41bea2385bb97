using System.Reflection;

namespace CoVR.Training;

/// <summary>The program that every rank runs.</summary>
/// <param name="Program">A path or a name on the path.</param>
/// <param name="Arguments">Its arguments, the same for every rank.</param>
public sealed record RankCommand(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>This program again, with the arguments that it was given.</summary>
    /// <param name="arguments">The arguments after the program's name.</param>
    /// <returns>The command.</returns>
    public static RankCommand OfThisProcess(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is not known.");
        var runsAssembly = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return runsAssembly && Assembly.GetEntryAssembly()?.Location is { Length: > 0 } assembly
            ? new RankCommand(program, [assembly, .. arguments])
            : new RankCommand(program, arguments);
    }
}
