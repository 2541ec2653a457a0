using Entourage.Gateway.Calls;
using Microsoft.AspNetCore.Http;

namespace Entourage.Gateway.Tests.Calls;

/// <summary>The headers are those that the clients sent: Claude Code 2.1.197, Codex 0.171.0, opencode 1.18.33.</summary>
internal sealed class ConversationTests
{
    [TestCase("x-claude-code-session-id=s", ExpectedResult = "s", TestName = "Claude_Code_names_its_session")]
    [TestCase("x-claude-code-session-id=s,x-claude-code-agent-id=a", ExpectedResult = "s|s/a", TestName = "Sub_agent_of_Claude_Code_is_below_its_session")]
    [TestCase("x-claude-code-session-id=s,x-claude-code-agent-id=b,x-claude-code-parent-agent-id=a", ExpectedResult = "s|s/a|s/b", TestName = "Sub_agent_of_a_sub_agent_is_below_it")]
    [TestCase("session-id=t,thread-id=t,x-client-request-id=t", ExpectedResult = "t", TestName = "Codex_names_its_thread")]
    [TestCase("session-id=t,thread-id=u,x-codex-parent-thread-id=t", ExpectedResult = "t|u", TestName = "Sub_agent_of_Codex_is_below_its_thread")]
    [TestCase("session-id=t,thread-id=v,x-codex-parent-thread-id=u", ExpectedResult = "t|u|v", TestName = "Sub_agent_of_a_sub_agent_of_Codex_is_below_it")]
    [TestCase("x-session-id=o,x-session-affinity=o", ExpectedResult = "o", TestName = "Opencode_names_its_session")]
    [TestCase("x-session-id=p,x-session-affinity=p,x-parent-session-id=o", ExpectedResult = "o|p", TestName = "Sub_agent_of_opencode_is_below_its_parent")]
    [TestCase("x-session-id=o,session-id=o,originator=opencode", ExpectedResult = "o", TestName = "Opencode_is_not_taken_for_Codex")]
    [TestCase("user-agent=OpenAI/Python", ExpectedResult = "", TestName = "Client_without_conversations_names_none")]
    public string Conversation_is_read(string sent)
    {
        var headers = new HeaderDictionary();
        foreach (var header in sent.Split(','))
        {
            headers[header.Split('=')[0]] = header.Split('=')[1];
        }

        return string.Join('|', Conversation.Read(headers)).Replace('\n', '/');
    }

    [Test]
    public void Name_that_is_too_long_is_refused() =>
        Assert.That(() => Conversation.Read(new HeaderDictionary { ["session-id"] = new string('x', 201) }), Throws.TypeOf<CallRefusedException>());
}
