using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Portal.Tests.Architecture;

/// <summary>
/// Every use of a type in a built assembly: bases, signatures, attributes, locals and instructions, the types that the
/// compiler makes for lambdas, iterators and async methods included.
/// </summary>
internal sealed class AssemblyReader
{
    private readonly HashSet<Reference> _found = [];
    private readonly HashSet<string> _subjects = new(StringComparer.Ordinal);
    private string _from = "";

    private AssemblyReader()
    {
    }

    public static (IReadOnlySet<Reference> References, IReadOnlySet<string> Subjects) Read(string assembly)
    {
        var reader = new AssemblyReader();
        using var module = ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        foreach (var type in module.GetTypes())
        {
            reader._from = OutermostName(type);
            reader._subjects.Add(reader._from);
            reader.Read(type);
        }

        return (reader._found, reader._subjects);
    }

    private void Read(TypeDefinition type)
    {
        Add(type.BaseType);
        AddAll(type.Interfaces.Select(i => i.InterfaceType));
        AddAll(type.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType));
        AddAll(type.Fields.Select(f => f.FieldType));
        foreach (var owner in new ICustomAttributeProvider[] { type }.Concat(type.Fields).Concat(type.Properties).Concat(type.Methods))
        {
            Read(owner.CustomAttributes);
        }

        foreach (var method in type.Methods)
        {
            Read(method);
        }
    }

    private void Read(IEnumerable<CustomAttribute> attributes)
    {
        foreach (var attribute in attributes)
        {
            Add(attribute.AttributeType);
            AddAll(attribute.ConstructorArguments.Select(a => a.Value).OfType<TypeReference>());
        }
    }

    private void Read(MethodDefinition method)
    {
        Add(method.ReturnType);
        AddAll(method.Parameters.Select(p => p.ParameterType));
        AddAll(method.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType));
        if (!method.HasBody)
        {
            return;
        }

        AddAll(method.Body.Variables.Select(v => v.VariableType));
        AddAll(method.Body.ExceptionHandlers.Select(h => h.CatchType));
        foreach (var instruction in method.Body.Instructions)
        {
            Read(instruction);
        }
    }

    private void Read(Instruction instruction)
    {
        switch (instruction.Operand)
        {
            case TypeReference type:
                Add(type);
                break;
            case FieldReference field:
                Add(field.DeclaringType, field.Name);
                Add(field.FieldType);
                break;
            case MethodReference method:
                Add(method.DeclaringType, method.Name);
                Add(method.ReturnType);
                AddAll(method.Parameters.Select(p => p.ParameterType));
                AddAll(method is GenericInstanceMethod generic ? generic.GenericArguments : []);
                break;
        }
    }

    private void AddAll(IEnumerable<TypeReference?> types)
    {
        foreach (var type in types)
        {
            Add(type);
        }
    }

    private void Add(TypeReference? type, string member = "")
    {
        if (type is GenericInstanceType generic)
        {
            AddAll(generic.GenericArguments);
        }

        if (type?.GetElementType() is { IsGenericParameter: false } element && OutermostName(element) is var to && to != _from)
        {
            _found.Add(new Reference(_from, to, member));
        }
    }

    private static string OutermostName(TypeReference type)
    {
        while (type.DeclaringType is { } owner)
        {
            type = owner;
        }

        return type.FullName;
    }
}
