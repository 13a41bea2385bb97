using CoVR.TestSupport;

namespace CoVR.Parity.Tests;

/// <summary>Runs every case of the manifest through the check that handles it.</summary>
[Collection("torch")]
public sealed class GoldenParityTests
{
    private static readonly IParityCheck[] Checks =
    [
        .. typeof(IParityCheck).Assembly.GetTypes()
            .Where(type => type is { IsAbstract: false, IsInterface: false } && type.IsAssignableTo(typeof(IParityCheck)))
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .Select(type => (IParityCheck)Activator.CreateInstance(type)!),
    ];

    public static TheoryData<string> Ids => [.. GoldenSet.Cases.Select(golden => golden.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Case_OfTheManifest_MatchesTheReference(string id)
    {
        var golden = GoldenSet.Cases.Single(candidate => candidate.Id == id);
        var checks = Checks.Where(check => check.Handles(golden)).ToArray();
        Assert.SkipWhen(checks.Length == 0, $"group {golden.Group}: not implemented yet ({golden.Function})");
        ParityLog.Run(id, () => Array.ForEach(checks, check => check.Check(golden)));
    }
}
