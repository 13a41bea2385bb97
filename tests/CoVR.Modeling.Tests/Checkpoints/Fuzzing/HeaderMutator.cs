using System.Text.RegularExpressions;

namespace CoVR.Modeling.Tests.Checkpoints.Fuzzing;

/// <summary>Mutates the JSON header of a safetensors file token by token; its length is always right.</summary>
internal static partial class HeaderMutator
{
    private static readonly string[] Values =
    [
        "0", "1", "-1", "8", "31", "33", "63", "64", "65", "0.5", "1e2", "1e400", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "null", "true", "\"F32\"", "\"F64\"", "\"I8\"", "\"F8_E4M3\"", "\"\"", "\"a\"", "\"\\ud800\"", "\"\\u0000\"", "[]", "[0]", "[0,0]", "[4611686018427387904,4]", "[[0]]", "{}", "{\"dtype\":\"F32\"}",
        "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"__metadata__\"", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]",
    ];

    /// <summary>A mutant.</summary>
    public static byte[] Mutate(Random random)
    {
        var header = FuzzCorpus.Header;
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            var tokens = Token().Matches(header);
            var (token, other) = (tokens[random.Next(tokens.Count)], tokens[random.Next(tokens.Count)]);
            header = random.Next(8) switch
            {
                0 => header.Remove(token.Index, token.Length),
                1 => header.Insert(token.Index, other.Value),
                2 => header.Remove(token.Index, token.Length).Insert(token.Index, other.Value),
                3 => header.Insert(token.Index, " \t\r\n"[..random.Next(1, 5)]),
                4 => header.Insert(header.IndexOf('"', StringComparison.Ordinal) + 1, "x"),
                5 => header.Insert(token.Index, Values[random.Next(Values.Length)] + ","),
                _ => header.Remove(token.Index, token.Length).Insert(token.Index, Values[random.Next(Values.Length)]),
            };
        }

        return FuzzCorpus.Safetensors(header.Length == 0 ? " " : header);
    }

    // Strings, numbers, whole tensors and punctuation.
    [GeneratedRegex("""\{"dtype"[^}]*\}|"[^"]*"|\d+|[\[\]{},:]""")]
    private static partial Regex Token();
}
