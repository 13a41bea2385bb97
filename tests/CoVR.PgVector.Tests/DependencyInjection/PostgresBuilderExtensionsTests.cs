using CoVR.Modeling;
using CoVR.Retrieval;
using CoVR.TestSupport.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using TorchSharp;
using static CoVR.PgVector.Tests.SampleItems;

namespace CoVR.PgVector.Tests.DependencyInjection;

public sealed class PostgresBuilderExtensionsTests
{
    [Theory]
    [InlineData("connection string")]
    [InlineData("data source")]
    [InlineData("of the container")]
    [InlineData("of the container, keyed")]
    [InlineData("bound options")]
    public async Task UsePostgresGallery_ByAnyConnection_KeepsTheGalleryThere(string way)
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var source = TestDatabase.SourceOf(database.ConnectionString);
        var services = new ServiceCollection();
        var builder = services.AddCoVR().UseModel(Model());
        _ = way switch
        {
            "connection string" => builder.UsePostgresGallery(database.ConnectionString, Create),
            "data source" => builder.UsePostgresGallery(source, Create),
            "of the container" => builder.With(services.AddSingleton(source)).UsePostgresGallery(Create),
            "of the container, keyed" => builder.With(services.AddKeyedSingleton("pictures", source)).UsePostgresGallery(options => (options.CreateIfMissing, options.DataSourceKey) = (true, "pictures")),
            _ => builder.With(services.Configure<PostgresGalleryOptions>("", options => (options.CreateIfMissing, options.ConnectionString) = (true, database.ConnectionString))).UsePostgresGallery(),
        };
        await using (var provider = services.BuildServiceProvider())
        {
            await provider.GetRequiredService<IGallery>().UpsertAsync(Numbered(3), Token);
        }

        Assert.Equal(3L, await source.ScalarAsync("SELECT items FROM covr.galleries WHERE name = 'default'"));

        static void Create(PostgresGalleryOptions options) => options.CreateIfMissing = true;
    }

    [Fact]
    public async Task UsePostgresGallery_InTwoPipelines_GivesEachItsGalleryAndSimilarity()
    {
        var source = await TestDatabase.SourceAsync();
        var services = new ServiceCollection();
        var (first, second) = (TestDatabase.NextName(), TestDatabase.NextName());
        services.AddCoVR("first").UseModel(Model()).UsePostgresGallery(source, options => (options.Name, options.CreateIfMissing) = (first, true));
        services.AddCoVR("second").UseModel(Model()).UseSimilarity(Similarities.MaxOverPairs).UsePostgresGallery(source, options => (options.Name, options.CreateIfMissing) = (second, true));
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredKeyedService<IGallery>("first").UpsertAsync(Numbered(2), Token);
        Assert.Equal(0, await provider.GetRequiredKeyedService<IGallery>("second").CountAsync(cancellationToken: Token));
        Assert.Equal(Similarities.MaxOverPairs.Name, (await provider.GetRequiredKeyedService<IGallery>("second").GetInfoAsync(Token)).Similarity);
    }

    [Fact]
    public async Task UsePostgresGallery_WithoutAnyConnection_SaysHowToGiveOne()
    {
        await using var provider = new ServiceCollection().AddCoVR().UseModel(Model()).UsePostgresGallery().Services.BuildServiceProvider();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => provider.GetRequiredService<IGallery>().CountAsync(cancellationToken: Token).AsTask());
        Assert.Contains("AddNpgsqlDataSource", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UsePostgresGallery_WithOptionsOutOfRange_IsRefusedAtTheStart()
    {
        await using var provider = new ServiceCollection().AddCoVR().UseModel(Model()).UsePostgresGallery("Host=nowhere", options => options.Shortlist = 0).Services.BuildServiceProvider();
        Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());
    }

    private static ComposedModel Model() =>
        new(new Encoder(), new Tokenizer(), text => text, new ModelDescription("model", ImageInput.Clip(4), new TextInput(4, 4, 4), new string('a', 64)), torch.CPU);

    /// <summary>Only its sizes are asked for.</summary>
    private sealed class Encoder : IComposedEncoder
    {
        public int Vectors => 1;

        public int Dimensions => 16;

        public torch.Tensor EncodeVisual(torch.Tensor pixels) => throw new NotSupportedException();

        public torch.Tensor EncodeTarget(torch.Tensor visualTokens) => throw new NotSupportedException();

        public torch.Tensor EncodeQuery(torch.Tensor? visualTokens, TokenBatch? modification, QueryParts parts = QueryParts.Both) => throw new NotSupportedException();

        public torch.Tensor EncodeCaption(TokenBatch caption) => throw new NotSupportedException();
    }

    private sealed class Tokenizer : ITextTokenizer
    {
        public TokenBatch Encode(IReadOnlyList<string> texts, int maxLength, bool padToMaxLength = false) => throw new NotSupportedException();
    }
}

internal static class BuilderChain
{
    public static ICoVRBuilder With(this ICoVRBuilder builder, IServiceCollection services) => services is null ? throw new ArgumentNullException(nameof(services)) : builder;
}
