using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CoVR.Onnx.Files;

/// <summary>What the JSON of every encoder says.</summary>
internal abstract record EncoderFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>The ONNX file, relative to the JSON.</summary>
    [Required]
    public required string Model { get; init; }

    /// <summary>The encoder's name in fingerprints; null: the file's.</summary>
    public string? Name { get; init; }

    /// <summary>The licence of the weights.</summary>
    public string License { get; init; } = "";

    /// <summary>The name of the graph's output.</summary>
    [Required]
    public required string Output { get; init; }

    /// <summary>Reads a description.</summary>
    /// <exception cref="OnnxEngineException">The file is missing or malformed, or a value is out of range.</exception>
    public static T Read<T>(string path)
        where T : EncoderFile
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        T file;
        try
        {
            file = JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Json) ?? throw new JsonException("it is null.");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new OnnxEngineException($"{path} cannot be read as the description of an encoder: {error.Message} docs/engines.md lists its fields.", error);
        }

        var faults = new List<ValidationResult>();
        return Validator.TryValidateObject(file, new ValidationContext(file), faults, validateAllProperties: true)
            ? file with { Model = Beside(path, file.Model), Name = file.Name ?? Path.GetFileNameWithoutExtension(file.Model) }
            : throw new OnnxEngineException($"{path}: {string.Join(" ", faults.Select(fault => fault.ErrorMessage))}");
    }

    /// <summary>A file that a description names.</summary>
    /// <exception cref="OnnxEngineException">It is missing.</exception>
    public static string Beside(string description, string file)
    {
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(description))!, file);
        return File.Exists(path) ? path : throw new OnnxEngineException($"{description} names the file {file}, which is not at {path}.");
    }

    /// <summary>SHA-256 of all that makes an encoder's vectors: the description, the model with its external data, the vocabulary.</summary>
    public static string Hash(params string?[] paths)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in paths.OfType<string>().SelectMany(path => new[] { path, path + "_data", path + ".data" }).Where(File.Exists))
        {
            using var file = File.OpenRead(path);
            hash.AppendData(SHA256.HashData(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
