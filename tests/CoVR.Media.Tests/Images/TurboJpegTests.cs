using CoVR.Media.Images;
using SkiaSharp;

namespace CoVR.Media.Tests.Images;

/// <summary>libjpeg-turbo gives the pixels and the errors of Skia, which decodes where the library is not installed.</summary>
public sealed class TurboJpegTests
{
    private const string Missing = "libturbojpeg is not installed (Debian and Ubuntu: apt-get install libturbojpeg0)";

    private static readonly SkiaImageDecoder Skia = new(null, null);

    /// <summary>One picture of 37 x 19 in many forms, made by cjpeg.</summary>
    public static TheoryData<string, string> Files { get; } = new(
        ("4:4:4", "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAATACUDAREAAhEBAxEB/8QAFwABAAMAAAAAAAAAAAAAAAAAAwEEBv/EACQQAAICAgAEBwAAAAAAAAAAAAECABEEIQNBYaESFCIyM3GR/8QAGgEAAwADAQAAAAAAAAAAAAAAAgMEAAEGBf/EACwRAAEDAQUGBgMAAAAAAAAAAAEAAgMRBBIhIjETQUJhcaEjQ1KR4fCxwdH/2gAMAwEAAhEDEQA/AM6mLfKLbmQNkVlMNaBJ7TTnBpoQvYs9nMsYfe1SDHQQdo30qoWUji7J+Hiqa9J/JQ3YncUi+WuIromXE18feYI6+X3+E4S81HBxb5RNnzLjRIn8tZ8IUdTUZM8Ods2AcyrIrTI0UDiB1TLiKNFATBNyM3SKlUttUp4j7plxqoHXQQXSEYONOQ+/kprZK4pVxaHtUfcVpuA6/QqBKix1GtQ7FuXIVKbhKApNcoMGWMuGoBVIJqmRQEJAi25IC5uvyqWk1SqoVRQrcF3hxAtwqf6qWEkpSAqigBETuMLW3MK1/SpYa6r/2Q=="),
        ("4:2:0", "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAATACUDASIAAhEBAxEB/8QAGAABAQEBAQAAAAAAAAAAAAAAAAMFBAb/xAAkEAACAgIABAcAAAAAAAAAAAABAgARBCEDQWGhEhQiMjNxkf/EABgBAAMBAQAAAAAAAAAAAAAAAAEDBQIG/8QAJhEAAQIEBAcBAAAAAAAAAAAAAQACAwQRIRIyUbETFCIxYYHB0f/aAAwDAQACEQMRAD8A86mLfKdKYa0CT2mhwcW+Uv5az4Qo6mosXZiqsS00xrusVCzBjoJfh4qmvSfyaS4ijRQEyy41UDroIQcOZU+bhupgFFmria+PvE11xaHtUfcQcQabfieJjypY6jWpbhKApNcoiLZlZ7+Li4asigISBKqoVRQrcREusLafVShFVICqKAEREnzD3NiENNBbZUG9l//Z"),
        ("4:2:2", "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAATACUDASEAAhEBAxEB/8QAGAABAQADAAAAAAAAAAAAAAAAAwABBAb/xAAkEAACAgIABAcAAAAAAAAAAAABAgARBCEDQWGhEhQiMjNxkf/EABkBAAIDAQAAAAAAAAAAAAAAAAMEAgUGAf/EACoRAAEDAgMFCQAAAAAAAAAAAAEAAgMRITFBYQQSMnHBEyIjQ1FSoeHx/9oADAMBAAIRAxEAPwDnUxb5TZTDWgSe0ETRtSmdjb2zt2tEgx0Efh4qmvSfySjdG43arJ7DDS6ZcTXx95Qoir5fz9KYl1WODi3yj+Ws+EKOpqCa7wtSsnDO5hq00TLiKNFATGXGqgddBOFwZZtqYnM6BWTJ3v4jVKuLQ9qj7lA4e0c/1NiRFjqNajcJQFJrlJM4WHn0WTjJTIoCEgRVUKooVuBPdApkOqs4iUpAVRQAlEppXxv3W4WyHon23C//2Q=="),
        ("4:4:0", "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAATACUDARIAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAABQADBv/EACQQAAICAgAEBwAAAAAAAAAAAAECABEEIQNBYaESFCIyM3GR/8QAGQEAAwADAAAAAAAAAAAAAAAAAgMEAQUG/8QAJREAAQIFAwQDAAAAAAAAAAAAAQACAwQRITESQbEiUWHBcZHR/9oADAMBAAIRAxEAPwDnUxb5Rng4t8oqEdajEzRHphrQJPaL+Ws+EKOpqFEGl1Ab9lsoM5ADAHtqflGDHQRlcRRooCYNHCziAqmzkvs0/aN4eKpr0n8jC41UDroIetoyOFgTIJthGria+PvF1xaHtUfcERBuOPxPEx5WWOo1qUCS2XD1W3CUBSa5SgwLQnEdiqRlbIoCEgSi8QCR45VTTdaqoVRQrcoD+mENNr+iqWZWpAVRQAlETRLGM02z6VLF/9k="),
        ("4:1:1", "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAATACUDAUEAAhEBAxEB/8QAGAABAQADAAAAAAAAAAAAAAAAAwABBAb/xAAkEAACAgIABAcAAAAAAAAAAAABAgARBCEDQWGhEhQiMjNxkf/EABgBAAMBAQAAAAAAAAAAAAAAAAMFBgEE/8QAJREAAQIEBQUBAAAAAAAAAAAAAQACAwQRExIhMWHwUWNygaHh/9oADAMBAAIRAxEAPwDnUxb5TZTDWgSe0QY6CPw8VTXpP5BhzcQDgmUqwmFdqmXE18feUpQ1rt/fxdt3dY4OLfKP5az4Qo6moy4ijRQExlxqoHXQQOIAA7Kblo7qYa5JVxaHtUfcpSga+PPaaXEWOo1qNwlAUmuUZFAQkCKqhVFCtzHac6BTksSlICqKAEpSix8eI1xaDkNgnI0X/9k="),
        ("grey", "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/wAALCAATACUBAREA/8QAFwABAAMAAAAAAAAAAAAAAAAAAwEEBv/EACQQAAICAgAEBwAAAAAAAAAAAAECABEEIQNBYaESFCIyM3GR/9oACAEBAAA/AM6mLfKWUw1oEntEGOgj8PFU16T+RlxNfH3kcHFvlH8tZ8IUdTUZcRRooCYy41UDroIq4tD2qPuFjqNajcJQFJrlGRQEJAiqoVRQrcUgKooAT//Z"),
        ("RGB", "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAUDg8SDw0UEhASFxUUGB4yIR4cHB49LC4kMklATEtHQEZFUFpzYlBVbVZFRmSIZW13e4GCgU5gjZeMfZZzfoF8/8AAEQgAEwAlA1IRAEcRAEIRAP/EABsAAAEFAQEAAAAAAAAAAAAAAAUAAQIDBAYH/8QAMxAAAQMCBAQDBQkBAAAAAAAAAQIDBAARBRIhMRMUQVEiMmEVgYKh4QYkRFJTcXKSo+L/2gAMA1IARwBCAAA/AOYj9KA8h6Vy0aNxraV1mFYDzcFqTzOTPfw8O9rEje/pWZ1CWnCgp1HrVzjLTDhQtu5FutE28Byfib/B9ah4PyfOnSqKN4t/j+lQQjhuqRe+VRF+9akQs6EqA3F6LRomGOBP3WQslIJKEAi5FyNSNttq3teWpch6Ve1hGdN/Y3+3/NeaR+ldNyHpWHAY3Gy6UaiS5LaEobkOoQNkpWQB7qgrCmlqzKaQonqUiiGIhD0tUKIwzmT4XnihKlE28oPS3fe46W1JsS5JteQ6fjNN7IZ/Qb/qKXJw4C0srj81JIBLYtZP8j0012PzrawSo3JJJ1JNTGHgAAJsBsAKsUt1uyH5BaUCCI0NNlJ0HbUCxvYn9qIteWn5D0qpEThBI5eDFukHJIcuo767p093SvNI/SjuRPYVL7IpByXFE4/SlkT2FPggDOGSHmwA42ytSTa9iEkiikfpSyJ7CmjpEbAH3mBw3AEgKG4uoA29xNE4/SlkT2FOsCDhDK4oDS3HQ2pQGuUpVt223GtEWvLSyJ7Cs+LOHDIcLkkoa4mfP4Aq9sttwe5r/9k="),
        ("progressive, restart markers", "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wgARCAATACUDASIAAhEBAxEB/8QAGAAAAwEBAAAAAAAAAAAAAAAAAAIEAwX/xAAXAQEBAQEAAAAAAAAAAAAAAAAEAgAD/90ABAAD/9oADAMBAAIQAxAAAAHnaUaTMulL5UxWa//Q1cOYHYIS4B0f/8QAGBABAQEBAQAAAAAAAAAAAAAAABIBAiD/3QAEAAX/2gAIAQEAAQUClCWcpf/QzlKUpf/R5Z4//8QAGhEAAgMBAQAAAAAAAAAAAAAAAAECAxMhMf/dAAQAA//aAAgBAwEBPwGu1J9NYvw0P//QiREf/8QAHBEAAgEFAQAAAAAAAAAAAAAAAAExAgMREiFB/9oACAECAQE/AfMkSbH/0FCGXG1Vw//EABYQAQEBAAAAAAAAAAAAAAAAACAAMf/dAAQABf/aAAgBAQAGPwIZf//QP//RP//EABoQAQEAAwEBAAAAAAAAAAAAAAEAESFRMWH/2gAIAQEAAT8hKCwh5Ff/0L4xB5EPkv/RENQagwXhf//dAAQAA//aAAwDAQACAAMAAAAQZiN//9AF0H//xAAZEQEAAwEBAAAAAAAAAAAAAAAAAREhMWH/2gAIAQMBAT8Qym4ZK0j0/9Am4f/EABsRAAICAwEAAAAAAAAAAAAAAAABIbERUcHR/9oACAECAQE/EFMwmGGq8P/Qu8IKNdGhNhRR/8QAHhABAAMAAgIDAAAAAAAAAAAAAQARIUFhMXGRodH/3QAEAAX/2gAIAQEAAT8Qu4lQV+oDEVr4mP6n/9CzibaDtqCxKymhzolB4Pc//9EMyEJriENCAFFbEAoCf//Z"),
        ("restart markers", "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAATACUDASIAAhEBAxEB/8QAGAAAAwEBAAAAAAAAAAAAAAAAAAMFBAb/xAAkEAACAgIABAcAAAAAAAAAAAABAgARBCEDQWGhEhQiMjNxkf/EABcBAAMBAAAAAAAAAAAAAAAAAAMEBQL/xAAmEQABAgQEBwEAAAAAAAAAAAABAAIDBBEhEjJRsRMUIjFhgcHR/90ABAAB/9oADAMBAAIRAxEAPwDnUxb5TSmGtAk9pQ4OLfKP8tZ8IUdTUGLsxVWJaaY13WKhf//QlDHQR/DxVNek/kpLiKNFATHLjVQOugmAcOZUObhupgFF/9HOuJr4+8JXXFoe1R9wg+INNvxVxMeV/9LVjqNajuEoCk1yhCLsys9/FChr/9OsigISBGqoVRQrcIRF1hbT6lIRX//U6AgKooAQhCQZh7mxCGmgtsit7L//2Q=="),
        ("arithmetic", "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/yQARCAATACUDASIAAhEBAxEB/8wACgAQEAUBEBEF/9oADAMBAAIRAxEAPwD/AGPUda3hh+OHbF8Uggoyc2+iWj4mXj1IsRxm1thR/wBfIIkAr7mA8zvw388fDmXsA8DsIabs27rDFm2XaDbVWIWUSmBbWBFm3KH8JLrtvN+1aNO8wlIIAecPmW/qK81ZtPcp6MHn2IsRsuCJsxVqxoJIRMKvvRjjGhWOLmY+RwGNSJgA8L2QNo1ph0EzwdB7frdw+lfoXIe5/BLQY0482P/Z"),
        ("arithmetic, progressive", "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/ygARCAATACUDASIAAhEBAxEB/8wABgAQARD/2gAMAwEAAhADEAAAAf66oBOGlniZMmuJiU/VtAJn6cc0oL6v7P/MAAQQBf/aAAgBAQABBQKj2FdFMyopXFF0vP/MAAQRBf/aAAgBAwEBPwEaj33/APkY6V9jiP/MAAQRBf/aAAgBAgEBPwFUbIjZGkLqCO273Bn/zAAEEAX/2gAIAQEABj8C0/j/zAAEEAX/2gAIAQEAAT8h9+7cXF6fIB05xp9azeDfhhqtsP/aAAwDAQACAAMAAAAQENScBOD/zAAEEQX/2gAIAQMBAT8QvWWJO1NVxKcY/8wABBEF/9oACAECAQE/ENoKne+rTsfLDEmQy7C+2wgwwcbnkDD/zAAEEAX/2gAIAQEAAT8Qq5kVOw2Yf2B1RxiV0h5BFAVgEBBEQ7RhiIfAoapgiJr5rJDyhT9VFa7/2Q=="),
        ("unusual sampling", "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAATACUDASIAAhIBAyEB/8QAGAABAQEBAQAAAAAAAAAAAAAAAAMFBAb/xAAkEAACAgIABAcAAAAAAAAAAAABAgARBCEDQWGhEhQiMjNxkf/EABoBAAIDAQEAAAAAAAAAAAAAAAAEAQIDBQb/xAAqEQABAgUCAgsAAAAAAAAAAAABAAIDBBEhMUFhccESIiMyQ1FSkaHh8f/aAAwDAQACEQMRAD8A86mLfKdKYa0CT2mhwcW+Uv5az4Qo6mpkTRtSrNd2W5SYmaLpQZyAGAPbU8VmDHQS/DxVNek/k0lxFGigJllxqoHXQQhuhuN2qC4Ms21MnU7BNNnJfRp91AmQTbCzVxNfH3ia64tD2qPuJsIVfD+fpJ49I4/q3ExuhSx1GtS3CUBSa5REszusPHkheHqmRlWRQEJAlVUKooVuImJ6oFNBzQmmm6ZZlVICqKAERESjRXw39FuLaDyQmWIX/9k="),
        ("CMYK", "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAUDg8SDw0UEhASFxUUGB4yIR4cHB49LC4kMklATEtHQEZFUFpzYlBVbVZFRmSIZW13e4GCgU5gjZeMfZZzfoF8/8AAFAgAEwAlBEMRAE0RAFkRAEsRAP/EABsAAAICAwEAAAAAAAAAAAAAAAAFAQIDBAYH/8QAMxAAAQMCBAQDBQkBAAAAAAAAAQACAwQRBRIhMRMUQVEiMmEVgYKh4QYkRFJTcXKSo+L/2gAOBEMATQBZAEsAAD8A5in6JDyHouWpqbjW0XZrrMKwHm6GKp5nJnv4eHe1iRvf0WtKxsUhYW6j1WaSGKCQsfHci3VCZx4Dk/E3+D6qng/J81LXUo3pb/H9EKjGcOVzL3yuIv3W0yizsa4DcXTampMMkDfutQ8loJLGAi5FyNSNttkLfi8qtyHos8WEZ239jf7f8oXmlP0XTch6LRwGm42XRCdUlXUxsayOolYwbNa8gD3KjsKie7M6JjiepaEwxEMmq3UVJBDmb4ZpixrnE28oPS3fe46W1Ezgq6k2vUSn4yo9kQ/oR/1COTo6B7YX0/NVJAJjFrN/kemmux+aFuwEuNySSdSSrjDwAAG2A2ACyOfLHZk9QYnAgimo22c3QdtQLG9if2QmMXlU8h6LEyk4QaOXoaW7QclRJdx313bp7uiF5pT9E9yN7BW+yLQclwhM6fojI3sFOCAQ4ZUTRgCSOF7mm17ENJCE0p+iMjewUU7RTYBPNAOHIA0Bw3F3AG3uJQmdP0Rkb2Cl4FDhEL6UCJ8kojc4DXKWu27bbjVCYxeVGRvYLXxaQ4ZR0XJNZFxM+fwB17Zbbg9yhf/Z"));

    [Theory]
    [MemberData(nameof(Files))]
    public void Decode_EveryForm_HasThePixelsOfSkia(string form, string file)
    {
        var bytes = Convert.FromBase64String(file);

        var frame = Turbo().Decode(bytes, form);

        Assert.Equal((37, 19), (frame.Width, frame.Height));
        Assert.Equal(Skia.Decode(bytes, form).Rgb.ToArray(), frame.Rgb.ToArray());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Decode_EveryForm_IsReadByTheLibraryItselfUnlessItIsCmyk(string form, string file)
    {
        var bytes = Convert.FromBase64String(file);

        Assert.Equal(form is "CMYK" or "unusual sampling", Library().ReadSize(bytes) is null);
        Assert.Equal(form == "CMYK" ? null : 37 * 19 * 3, form == "CMYK" ? null : Library().Decode(bytes, 37, 19)?.Length);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Decode_CutAnywhere_IsTheErrorOfSkia(string form, string file)
    {
        var bytes = Convert.FromBase64String(file);
        for (var length = 1; length < bytes.Length; length++)
        {
            Assert.Equal(Outcome(Skia, bytes[..length], form), Outcome(Turbo(), bytes[..length], form));
        }
    }

    [Fact]
    public void Decode_DamagedAnywhere_IsReadOrRefusedAsBySkia()
    {
        var bytes = MediaWriter.EncodeJpeg(Pictures.Gradient(48, 40), 80);
        for (var at = 2; at < bytes.Length - 2; at++)
        {
            var mutant = (byte[])bytes.Clone();
            mutant[at] = 0xFF;

            Assert.Equal(Outcome(Skia, mutant, "mutant").StartsWith("pixels", StringComparison.Ordinal), Outcome(Turbo(), mutant, "mutant").StartsWith("pixels", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Decode_TurnedAsSeen_HasThePixelsOfSkia(byte orientation) =>
        IsTheSameAsSeen(PicturesAsSeenTests.WithOrientation(MediaWriter.EncodeJpeg(Pictures.Gradient(31, 17), 90), orientation));

    [Fact]
    public void Decode_WithProfileAsSeen_HasThePixelsOfSkia()
    {
        using var wide = SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.DisplayP3);
        using var bitmap = new SKBitmap(new SKImageInfo(31, 17, SKColorType.Rgba8888, SKAlphaType.Opaque, wide));
        Pictures.Gradient(31, 17).Rgb.Span.CopyTo(bitmap.GetPixelSpan());
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        var file = data.ToArray();
        Assert.True(file.AsSpan().IndexOf("ICC_PROFILE\0"u8) > 0);

        IsTheSameAsSeen(file);
        Assert.NotEqual(Turbo().Decode(file, "as stored").Rgb.ToArray(), Turbo().AsSeen.Decode(file, "as seen").Rgb.ToArray());
    }

    [Fact]
    public void Decode_MorePixelsThanTheOption_IsRefused()
    {
        var decoder = new SkiaImageDecoder(new MediaOptions { MaxPixels = (48 * 40) - 1 }, Library());

        var failure = Assert.Throws<MediaReadException>(() => decoder.Decode(MediaWriter.EncodeJpeg(Pictures.Gradient(48, 40), 90), "large"));

        Assert.Equal(MediaFailure.TooLarge, failure.Failure);
    }

    [Fact]
    public void Formats_WithTheLibrary_NamesIt()
    {
        Assert.StartsWith("libjpeg-turbo ", Turbo().Formats["JPEG"], StringComparison.Ordinal);
        Assert.StartsWith("SkiaSharp ", Turbo().Formats["PNG"], StringComparison.Ordinal);
        Assert.StartsWith("SkiaSharp ", Skia.Formats["JPEG"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("/no/such/library.so")]
    [InlineData("libc.so.6")]
    public void Load_SwitchedOffOrNotTheLibrary_IsNull(string place) => Assert.Null(TurboJpeg.Load(place));

    private static TurboJpeg Library()
    {
        Assert.SkipWhen(TurboJpeg.Load(null) is null, Missing);
        return TurboJpeg.Load(null)!;
    }

    private static SkiaImageDecoder Turbo() => new(null, Library());

    private static void IsTheSameAsSeen(byte[] file)
    {
        var (frame, expected) = (Turbo().AsSeen.Decode(file, "picture"), Skia.AsSeen.Decode(file, "picture"));

        Assert.Equal((expected.Width, expected.Height), (frame.Width, frame.Height));
        Assert.Equal(expected.Rgb.ToArray(), frame.Rgb.ToArray());
    }

    private static string Outcome(IImageDecoder decoder, byte[] file, string name)
    {
        try
        {
            return $"pixels {Convert.ToHexString(decoder.Decode(file, name).Rgb.Span)}";
        }
        catch (MediaReadException failure)
        {
            return $"{failure.Failure} {failure.Message}";
        }
    }
}
