// What the page itself says, in the three languages. What the bot says is the bot's.
const texts = {
  en: {
    skip: 'Skip to the message box', as: 'You are', language: 'Language', theme: 'Theme', theme_system: 'System', theme_light: 'Light', theme_dark: 'Dark',
    member: 'member', moderator: 'moderator', channels: 'Channels', messages: 'Messages', try: 'Try one of these questions', known: '{0} answers from its stories, and shows the paragraph for every statement. Among them: {1}', attach: 'Attach files', send: 'Send',
    write: 'Message {0}, or / for commands', ask: '@{0} and a question, or / for commands', no_command: 'You have no such command here.', moderators_have_more: 'Moderators have more: choose one above.', no_model: 'No model is configured: answers are the stories’ own sentences.', model: 'Answers are written by the model {0}, and checked.',
    only_you: 'Only you can see this', dismiss: 'Dismiss message', used: '{0} used {1}', thinking: '{0} is thinking…', edited: '(edited)', spoiler: 'Show spoiler', typing: '{0} is typing…',
    reply: 'Reply', replying: 'Replying to {0}', cancel: 'Cancel', thread: 'Start a thread', thread_name: 'Name of the thread', thread_open: 'Thread: {0}', apps: 'Apps', explain: 'How this answer came to be',
    edit: 'Edit', delete: 'Delete', more: 'More for this message', create: 'Create', submit: 'Submit', close: 'Close', commands: 'Commands', options: 'Options of {0}', optional: 'optional',
    yes: 'True', no: 'False', choose: 'Choose…', confirm: 'Confirm', gone: 'The message was deleted.', lost: 'The demo cannot be reached: is it still running?', unanswered: 'The application did not respond.',
    nothing_here: 'No messages yet.', direct: 'Direct message', forum: 'Forum: start a post with your message.', started: '{0} started a thread: {1}', app: 'APP', remove: 'Remove {0}', files: 'Files',
    x_none: 'Nothing is known of how this message came to be. Ask a question, and look at the answer.', x_evidence: 'Evidence {0}; {1} is needed.', x_unknown: 'Not in the best passages: {0}', x_passages: 'Passages found',
    x_score: 'score', x_passage: 'passage', x_terms: 'Words that were searched', x_sent: 'What was sent to the model', x_no_model: 'Nothing: no model is configured.', x_own_sentences: 'The answer is the stories’ own sentences.', x_words_alone: 'Where words alone do not decide, a claim stays open.',
    x_not_sent: 'Nothing: the model was not asked.', x_system: 'Rules', x_user: 'Question and passages', x_reply: 'Its reply', x_statements: 'Statements that passed the check', x_removed: 'Statements that were removed', x_none_removed: 'None.',
    x_quote: 'It is the quote.', x_close: 'Close to the quote in its words and their order.', x_shown_with_quote: 'Strays from the quote, which is shown beside it.', x_translated: 'Translated; the quote is shown beside it.',
    x_fallback_model_failed: 'The model failed: what it was to write comes from the stories alone.', x_fallback_all_removed: 'Nothing that the model wrote passed the check: the stories’ own sentences stand in for it.', x_fallback_budget: 'Today’s budget for the model is used up: the stories alone have been used.',
    x_claims: 'Claims that were checked', x_supported: 'Supported by the stories', x_contradicted: 'Contradicted by the stories', x_not_in_stories: 'Not in the stories', x_undecided: 'Not decided by the stories', x_took_in_all: 'In all {0} ms.', x_took: 'Search {0} ms, in all {1} ms.', x_paragraph: 'paragraph {0}', x_quote_of: 'Its quote',
  },
  ko: {
    skip: '메시지 입력란으로 건너뛰기', as: '사용자', language: '언어', theme: '테마', theme_system: '시스템', theme_light: '밝게', theme_dark: '어둡게',
    member: '멤버', moderator: '운영자', channels: '채널', messages: '메시지', try: '이 질문을 해 보세요', known: '{0}은 기사에서 답을 찾고, 문장마다 근거가 된 문단을 보여 드립니다. 예: {1}', attach: '파일 첨부', send: '보내기',
    write: '{0}에 메시지 보내기, 명령어는 /', ask: '@{0} 뒤에 질문을 쓰세요. 명령어는 /', no_command: '여기에서 쓸 수 있는 명령어가 아닙니다.', moderators_have_more: '운영자만 쓸 수 있는 명령어도 있습니다. 위에서 운영자를 선택해 보세요.', no_model: '모델이 설정되지 않았습니다. 답변은 기사의 원문 문장입니다.', model: '답변은 모델 {0}이(가) 쓰고 검사를 거칩니다.',
    only_you: '나만 볼 수 있음', dismiss: '메시지 닫기', used: '{0} 님이 {1} 사용', thinking: '{0} 생각 중…', edited: '(수정됨)', spoiler: '스포일러 보기', typing: '{0} 님이 입력 중…',
    reply: '답장', replying: '{0} 님에게 답장하는 중', cancel: '취소', thread: '스레드 만들기', thread_name: '스레드 이름', thread_open: '스레드: {0}', apps: '앱', explain: '이 답변이 만들어진 과정',
    edit: '수정', delete: '삭제', more: '이 메시지의 메뉴', create: '만들기', submit: '제출', close: '닫기', commands: '명령어', options: '{0}의 옵션', optional: '선택 사항',
    yes: '예', no: '아니요', choose: '선택…', confirm: '확인', gone: '삭제된 메시지입니다.', lost: '데모에 연결할 수 없습니다. 실행 중인가요?', unanswered: '애플리케이션이 응답하지 않았습니다.',
    nothing_here: '아직 메시지가 없습니다.', direct: '개인 메시지', forum: '포럼: 메시지로 게시물을 시작하세요.', started: '{0} 님이 스레드를 시작했습니다: {1}', app: '앱', remove: '{0} 제거', files: '파일',
    x_none: '이 메시지가 만들어진 과정은 알 수 없습니다. 질문을 하고 그 답변에서 열어 보세요.', x_evidence: '근거 {0}, 필요한 값 {1}.', x_unknown: '가장 좋은 구절에 없는 말: {0}', x_passages: '찾은 구절',
    x_score: '점수', x_passage: '구절', x_terms: '검색한 단어', x_sent: '모델에 보낸 내용', x_no_model: '없음: 모델이 설정되지 않았습니다.', x_own_sentences: '답변은 기사의 원문 문장입니다.', x_words_alone: '낱말만으로 판단할 수 없는 주장은 판단하지 않습니다.',
    x_not_sent: '없음: 모델에 묻지 않았습니다.', x_system: '규칙', x_user: '질문과 구절', x_reply: '모델의 답', x_statements: '검사를 통과한 문장', x_removed: '제거된 문장', x_none_removed: '없음.',
    x_quote: '인용문 그대로입니다.', x_close: '낱말과 순서가 인용문에 가깝습니다.', x_shown_with_quote: '인용문과 달라 인용문을 함께 보여 줍니다.', x_translated: '번역이므로 인용문을 함께 보여 줍니다.',
    x_fallback_model_failed: '모델이 응답하지 못해 기사만으로 답했습니다.', x_fallback_all_removed: '모델이 쓴 문장이 모두 검사를 통과하지 못해 기사의 원문 문장으로 답했습니다.', x_fallback_budget: '오늘의 모델 예산을 모두 써서 기사만으로 답했습니다.',
    x_claims: '확인한 주장', x_supported: '기사와 일치합니다', x_contradicted: '기사와 어긋납니다', x_not_in_stories: '기사에 없습니다', x_undecided: '기사만으로 판단할 수 없습니다', x_took_in_all: '전체 {0} ms.', x_took: '검색 {0} ms, 전체 {1} ms.', x_paragraph: '{0}번 문단', x_quote_of: '인용문',
  },
  ru: {
    skip: 'Перейти к полю сообщения', as: 'Вы', language: 'Язык', theme: 'Тема', theme_system: 'Системная', theme_light: 'Светлая', theme_dark: 'Тёмная',
    member: 'участник', moderator: 'модератор', channels: 'Каналы', messages: 'Сообщения', try: 'Попробуйте один из этих вопросов', known: '{0} отвечает по своим материалам и для каждого утверждения показывает абзац. Среди них: {1}', attach: 'Прикрепить файлы', send: 'Отправить',
    write: 'Написать в {0}, / — команды', ask: '@{0} и вопрос, / — команды', no_command: 'Здесь у вас нет такой команды.', moderators_have_more: 'У модераторов команд больше: выберите модератора наверху.', no_model: 'Модель не настроена: ответы — предложения самих материалов.', model: 'Ответы пишет модель {0}, и они проверяются.',
    only_you: 'Это видно только вам', dismiss: 'Убрать сообщение', used: '{0} использует {1}', thinking: '{0} думает…', edited: '(изменено)', spoiler: 'Показать спойлер', typing: '{0} печатает…',
    reply: 'Ответить', replying: 'Ответ для {0}', cancel: 'Отмена', thread: 'Создать ветку', thread_name: 'Название ветки', thread_open: 'Ветка: {0}', apps: 'Приложения', explain: 'Как получился этот ответ',
    edit: 'Изменить', delete: 'Удалить', more: 'Действия с сообщением', create: 'Создать', submit: 'Отправить', close: 'Закрыть', commands: 'Команды', options: 'Параметры {0}', optional: 'необязательно',
    yes: 'Да', no: 'Нет', choose: 'Выбрать…', confirm: 'Подтвердить', gone: 'Сообщение удалено.', lost: 'Демо недоступно: оно ещё запущено?', unanswered: 'Приложение не ответило.',
    nothing_here: 'Сообщений пока нет.', direct: 'Личные сообщения', forum: 'Форум: начните публикацию своим сообщением.', started: '{0} начинает ветку: {1}', app: 'ПРИЛ', remove: 'Убрать {0}', files: 'Файлы',
    x_none: 'Неизвестно, как получилось это сообщение. Задайте вопрос и откройте его ответ.', x_evidence: 'Сила свидетельств {0}; нужно {1}.', x_unknown: 'Нет в лучших отрывках: {0}', x_passages: 'Найденные отрывки',
    x_score: 'оценка', x_passage: 'отрывок', x_terms: 'Слова поиска', x_sent: 'Что было отправлено модели', x_no_model: 'Ничего: модель не настроена.', x_own_sentences: 'Ответ — предложения самих материалов.', x_words_alone: 'Если одни слова не решают, утверждение остаётся без вывода.',
    x_not_sent: 'Ничего: модель не спрашивали.', x_system: 'Правила', x_user: 'Вопрос и отрывки', x_reply: 'Её ответ', x_statements: 'Утверждения, прошедшие проверку', x_removed: 'Удалённые утверждения', x_none_removed: 'Нет.',
    x_quote: 'Это сама цитата.', x_close: 'Близко к цитате по словам и порядку.', x_shown_with_quote: 'Отходит от цитаты; она показана рядом.', x_translated: 'Перевод; цитата показана рядом.',
    x_fallback_model_failed: 'Модель не справилась: использованы только материалы.', x_fallback_all_removed: 'Ничто из написанного моделью не прошло проверку: вместо этого — предложения самих материалов.', x_fallback_budget: 'Бюджет модели на сегодня исчерпан: использованы только материалы.',
    x_claims: 'Проверенные утверждения', x_supported: 'Подтверждается материалами', x_contradicted: 'Противоречит материалам', x_not_in_stories: 'В материалах этого нет', x_undecided: 'По материалам не определить', x_took_in_all: 'Всего {0} мс.', x_took: 'Поиск {0} мс, всего {1} мс.', x_paragraph: 'абзац {0}', x_quote_of: 'Цитата',
  },
};

let language = 'en';

export function setLanguage(locale) {
  language = locale.slice(0, 2) in texts ? locale.slice(0, 2) : 'en';
  document.documentElement.lang = language;
}

export const currentLanguage = () => language;

// say is a text in the person's language; {0} and so on are the values.
export function say(key, ...values) {
  return texts[language][key].replace(/\{(\d)\}/g, (_, n) => values[n]);
}
