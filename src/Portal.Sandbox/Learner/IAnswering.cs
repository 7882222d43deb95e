namespace Portal.Sandbox.Learner;

internal interface IAnswering
{
    ModelAnswer Answer(string input);

    void Write(BinaryWriter writer);
}
