using Entourage.Domain.Tasks;

namespace Entourage.Domain.Tests.Tasks;

internal sealed class WorkTaskTests
{
    private static readonly Dictionary<WorkTaskStatus, WorkTaskStatus[]> LegalMoves = new()
    {
        [WorkTaskStatus.Todo] = [WorkTaskStatus.InProgress, WorkTaskStatus.Cancelled],
        [WorkTaskStatus.InProgress] = [WorkTaskStatus.InReview, WorkTaskStatus.Cancelled],
        [WorkTaskStatus.InReview] = [WorkTaskStatus.InProgress, WorkTaskStatus.Done, WorkTaskStatus.Cancelled],
        [WorkTaskStatus.Done] = [],
        [WorkTaskStatus.Cancelled] = [],
    };

    private static readonly Dictionary<WorkTaskStatus, WorkTaskStatus[]> WayTo = new()
    {
        [WorkTaskStatus.Todo] = [],
        [WorkTaskStatus.InProgress] = [WorkTaskStatus.InProgress],
        [WorkTaskStatus.InReview] = [WorkTaskStatus.InProgress, WorkTaskStatus.InReview],
        [WorkTaskStatus.Done] = [WorkTaskStatus.InProgress, WorkTaskStatus.InReview, WorkTaskStatus.Done],
        [WorkTaskStatus.Cancelled] = [WorkTaskStatus.Cancelled],
    };

    private static readonly string[] OneDollar = ["budget:1"];

    private static readonly string[] HalfADollar = ["backend", "budget:0.50"];

    private static WorkTask TaskIn(WorkTaskStatus status)
    {
        var task = Some.Task();
        foreach (var step in WayTo[status])
        {
            task.MoveTo(step, Some.Now);
        }

        return task;
    }

    [Test]
    public void A_new_task_is_to_do()
    {
        var team = Some.Team();
        var assignee = Guid.CreateVersion7(Some.Now);
        var content = new WorkTaskContent("Fix the login", "It fails.", TaskPriority.High, TaskType.Bugfix, [.. HalfADollar], assignee);
        var task = WorkTask.Create(team, content, Some.Now);
        Assert.That(task.TeamId, Is.EqualTo(team.Id));
        Assert.That((task.Title, task.Description), Is.EqualTo(("Fix the login", "It fails.")));
        Assert.That((task.Status, task.Priority, task.TaskType), Is.EqualTo((WorkTaskStatus.Todo, TaskPriority.High, TaskType.Bugfix)));
        Assert.That(task.Tags, Is.EqualTo(HalfADollar));
        Assert.That(task.AssigneeId, Is.EqualTo(assignee));
        Assert.That(task.OwnLimit, Is.EqualTo(Some.Usd(0.50m)));
        Assert.That((task.CreatedAt, task.UpdatedAt, task.CompletedAt), Is.EqualTo((Some.Now, Some.Now, (DateTimeOffset?)null)));
        Assert.That(task.IsOpen, Is.True);
    }

    [Test]
    public void A_task_with_a_malformed_budget_is_refused() =>
        Assert.That(() => Some.Task("budget:lots"), Refused.With("malformed-budget-tag", "Tags"));

    [Test]
    public void A_change_replaces_the_content()
    {
        var task = Some.Task("budget:1");
        var version = task.Version;
        var assignee = Guid.CreateVersion7(Some.Now);
        task.Change(new WorkTaskContent("Other", Description: null, TaskPriority.Low, TaskType.Chore, ["budget:2"], assignee), Some.Later);
        Assert.That(
            (task.Title, task.Description, task.Priority, task.TaskType),
            Is.EqualTo(("Other", (string?)null, TaskPriority.Low, TaskType.Chore)));
        Assert.That(task.AssigneeId, Is.EqualTo(assignee));
        Assert.That(task.OwnLimit, Is.EqualTo(Some.Usd(2)));
        Assert.That((task.CreatedAt, task.UpdatedAt, task.Version), Is.EqualTo((Some.Now, Some.Later, version + 1)));
    }

    [Test]
    public void Without_its_budget_tag_a_task_has_no_own_cap()
    {
        var task = Some.Task("budget:1");
        task.Change(Some.Content("backend"), Some.Later);
        Assert.That(task.OwnLimit, Is.Null);
    }

    [Test]
    public void A_refused_change_leaves_the_task_unchanged()
    {
        var task = Some.Task("budget:1");
        var version = task.Version;
        Assert.That(
            () => task.Change(Some.Content("budget:2", "budget:3") with { Title = "Other" }, Some.Later),
            Refused.With("malformed-budget-tag", "Tags"));
        Assert.That((task.Title, task.OwnLimit, task.UpdatedAt, task.Version), Is.EqualTo(("Fix the login", (Money?)Some.Usd(1), Some.Now, version)));
        Assert.That(task.Tags, Is.EqualTo(OneDollar));
    }

    [Test]
    public void The_caller_cannot_change_the_tags_afterwards()
    {
        var tags = new[] { "budget:1" };
        var task = WorkTask.Create(Some.Team(), Some.Content(tags), Some.Now);
        tags[0] = "budget:2";
        Assert.That(task.Tags, Is.EqualTo(OneDollar));
    }

    [Test]
    public void Only_allowed_status_changes_are_accepted([Values] WorkTaskStatus from, [Values] WorkTaskStatus to)
    {
        var task = TaskIn(from);
        var version = task.Version;
        if (LegalMoves[from].Contains(to))
        {
            task.MoveTo(to, Some.Later);
            Assert.That((task.Status, task.UpdatedAt, task.Version), Is.EqualTo((to, Some.Later, version + 1)));
            Assert.That(task.CompletedAt, Is.EqualTo(to == WorkTaskStatus.Done ? Some.Later : null));
        }
        else
        {
            var completed = task.CompletedAt;
            Assert.That(() => task.MoveTo(to, Some.Later), Refused.With("illegal-status"));
            Assert.That((task.Status, task.UpdatedAt, task.Version, task.CompletedAt), Is.EqualTo((from, Some.Now, version, completed)));
        }
    }

    [Test]
    public void An_unknown_status_is_refused([Values] WorkTaskStatus from) =>
        Assert.That(() => TaskIn(from).MoveTo((WorkTaskStatus)99, Some.Later), Refused.With("illegal-status"));

    [Test]
    public void Done_and_cancelled_tasks_are_closed([Values] WorkTaskStatus status) =>
        Assert.That(TaskIn(status).IsOpen, Is.EqualTo(status is WorkTaskStatus.Todo or WorkTaskStatus.InProgress or WorkTaskStatus.InReview));

    [Test]
    public void A_change_of_a_done_task_keeps_its_completion_time()
    {
        var task = TaskIn(WorkTaskStatus.Done);
        task.Change(Some.Content(), Some.Later);
        Assert.That((task.CompletedAt, task.UpdatedAt), Is.EqualTo(((DateTimeOffset?)Some.Now, Some.Later)));
    }
}
