using CoVR.Conformance;
using CoVR.Modeling;
using Xunit;

namespace CovrPlugin.Tests;

/// <summary>The contract of a visual encoder.</summary>
[Collection("torch")]
public sealed class BackboneTests : VisualEncoderConformance
{
    protected override IVisualEncoder Create() => new Backbone();
}
