namespace Reqnroll;

/// <summary>An error of the runner or of its use.</summary>
public class ReqnrollException : Exception
{
    /// <summary>An error with a message.</summary>
    public ReqnrollException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and a cause.</summary>
    public ReqnrollException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>Thrown by a step that is yet to be written.</summary>
public class PendingStepException(string message) : ReqnrollException(message)
{
    /// <summary>A pending step without a reason.</summary>
    public PendingStepException()
        : this("The step definition is not implemented.")
    {
    }
}

/// <summary>A binding that cannot be used, or not with this step.</summary>
public class BindingException(string message) : ReqnrollException(message);

/// <summary>More than one step definition fits a step.</summary>
public class AmbiguousBindingException(string message) : BindingException(message);

/// <summary>No step definition fits a step.</summary>
public class MissingStepDefinitionException(string message) : ReqnrollException(message);
