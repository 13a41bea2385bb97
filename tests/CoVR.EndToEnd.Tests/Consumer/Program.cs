using CoVR.Modeling;
using TorchSharp;

NativeTorch.EnsureLoaded();
using var sum = torch.ones(3, 4).sum();
Console.WriteLine($"sum {sum.item<float>()}");
