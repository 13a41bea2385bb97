using CoVR.Conformance;
using CoVR.Losses;
using Xunit;

namespace CovrPlugin.Tests;

/// <summary>The contract of a loss term.</summary>
[Collection("torch")]
public sealed class LossTermTests : LossTermConformance
{
    protected override ILossTerm Create() => new LossTerm();
}
