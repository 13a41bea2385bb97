using System.ComponentModel;
using System.Globalization;

namespace CoVR.Embedding;

/// <summary>Lets <see cref="Shard"/> be set from configuration files, which know it as text.</summary>
internal sealed class ShardConverter : TypeConverter
{
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        value is string text ? Shard.Parse(text, culture) : base.ConvertFrom(context, culture, value);
}
