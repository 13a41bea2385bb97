using System.Text;
using CoVR.Modeling;
using CoVR.TestSupport.Robustness;
using CoVR.Training.Runs;

namespace CoVR.Training.Tests.Runs;

public sealed class RunStateHeaderFuzzTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("""{"Format":2,"Cursor":null,"Settings":{}}""")]
    [InlineData("""{"Format":2,"Cursor":{},"Settings":null}""")]
    public void Parse_WithoutWhatItNeeds_IsRefused(string json) => Assert.Contains(
        "damaged",
        Assert.Throws<CheckpointException>(() => RunStateHeader.Parse("x", new Dictionary<string, string> { [RunStateHeader.Key] = json })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Parse_Mutants_AreReadOrRefused()
    {
        var header = new RunStateHeader { Cursor = new RunCursor { Epoch = 1, Step = 7 }, Settings = new Dictionary<string, string> { ["a"] = "1" }, Frozen = "00" };
        var mutator = new ByteMutator([Encoding.UTF8.GetBytes(header.ToJson())], "null", "\"", "{", "}", "[", "]", "-1", "1e999", "\\ud800", "\"Cursor\":null", "\"Settings\":null");
        Fuzz.Run("run state header", 1_000, mutator.Make, mutant =>
        {
            try
            {
                var parsed = RunStateHeader.Parse("x", new Dictionary<string, string> { [RunStateHeader.Key] = Encoding.UTF8.GetString(mutant) });
                parsed.RequireSameSettings("x", parsed.Settings);
                return parsed.Cursor.Step >= long.MinValue;
            }
            catch (CheckpointException)
            {
                return false;
            }
        });
    }
}
