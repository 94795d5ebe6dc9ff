// What the widget itself says. Questions come from the survey, in its own languages.
const en = {
  from: "A short question from %s",
  close: "Close",
  send: "Send",
  thanks: "Thank you",
  more: "A few more questions (opens a new tab)",
  missing: "Please answer the question marked with *.",
  offline: "No connection. Your answer is kept here and sent when it is back.",
  feedback: "Feedback",
  tell: "What would you like to tell us?",
  complaint: "Something went wrong",
  praise: "Something was good",
  request: "I need something",
  email: "E-mail, if you want an answer",
  told: "A person reads it. If you left an address, we will answer there.",
};
export type Words = typeof en;
const zh: Words = {
  from: "%s想问您一个小问题",
  close: "关闭",
  send: "提交",
  thanks: "谢谢您",
  more: "还有几个问题（在新标签页打开）",
  missing: "请回答带 * 的问题。",
  offline: "网络已断开。您的回答已保留，恢复后自动发送。",
  feedback: "意见反馈",
  tell: "您想告诉我们什么？",
  complaint: "遇到了问题",
  praise: "有做得好的地方",
  request: "我有需要",
  email: "邮箱（需要回复时填写）",
  told: "我们会有人认真阅读。如果留了邮箱，我们会回复您。",
};

export const wordsIn = (language: string): Words => (language.toLowerCase().startsWith("zh") ? zh : en);
