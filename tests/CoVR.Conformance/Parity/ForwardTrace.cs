using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Conformance.Parity;

/// <summary>Listens to the outputs of every layer of a module, by its path, until disposed.</summary>
/// <remarks>Hooks are typed by a layer's arguments, so they are made at run time; outputs are handed over as they are and stay the layer's.</remarks>
internal sealed class ForwardTrace : IDisposable
{
    private readonly Action<string, Tensor> _seen;
    private readonly List<Action> _removals = [];

    public ForwardTrace(nn.Module module, Action<string, Tensor> seen)
    {
        _seen = seen;
        foreach (var (name, layer) in module.named_modules())
        {
            if (name.Length > 0 && Hooked(layer.GetType()) is { } type)
            {
                Register(name, layer, type);
            }
        }
    }

    public void Dispose() => _removals.ForEach(remove => remove());

    private static Type? Hooked(Type? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(nn.HookableModule<,>))
            {
                return type;
            }
        }

        return null;
    }

    private void Register(string name, nn.Module layer, Type hookable)
    {
        var hookType = hookable.GetGenericArguments()[1];
        ParameterExpression[] parameters = [.. hookType.GetMethod("Invoke")!.GetParameters().Select(parameter => Expression.Parameter(parameter.ParameterType))];
        var output = parameters[^1];
        var tell = Expression.Call(Expression.Constant(this), ((Action<string, object?>)See).Method, Expression.Constant(name), Expression.Convert(output, typeof(object)));
        var hook = Expression.Lambda(hookType, Expression.Block(tell, output), parameters).Compile(preferInterpretation: true);
        var handle = hookable.GetMethod("register_forward_hook", [hookType])!.Invoke(layer, [hook])!;
        _removals.Add(() => handle.GetType().GetMethod("remove")!.Invoke(handle, null));
    }

    private void See(string name, object? output)
    {
        var tensor = output switch
        {
            Tensor one => one,
            ITuple { Length: > 0 } several => several[0] as Tensor,
            IEnumerable<Tensor> several => several.FirstOrDefault(),
            _ => null,
        };
        if (tensor is not null)
        {
            _seen(name, tensor);
        }
    }
}
